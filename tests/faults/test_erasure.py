"""An erasure that is killed: the old or the new state of the source, never a mix, and the journal says which."""

import random
import subprocess
import sys
import time

import pytest
from house import rounds
from trouble import linux

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parent.parent))
from stores import ROWS, content, lay

import ivplus_tools as ivp

NOW = "2026-03-02T09:00"
CHILD = """
import sys, ivplus_tools as ivp
desk = ivp.Desk(sys.argv[1], by="tt", lang="en", now="2026-03-02T09:00")
plan = desk.retention.get_plan(sys.argv[2])
print("ready", flush=True)
plan.execute("s")
print("done", flush=True)
"""


@linux
@pytest.mark.parametrize("kind", ["sqlite", "postgres", "parquet", "csv"])
def test_kill_9_leaves_the_old_or_the_new_state(tmp_path, request, tally, kind):
    """Killed at a random moment; `settle` reads the source and seals what it finds, and what was not done can be done."""
    server = request.getfixturevalue("postgres") if kind == "postgres" else None
    chance, seen = random.Random(kind), {"old": 0, "new": 0, "before": 0}
    rows = [row for number in range(8) for row in ((row[0] + 1200 * number, *row[1:]) for row in ROWS)]
    span = 0.3
    for number in range(rounds(50, 1)):
        folder = tmp_path / str(number)
        location = lay(folder, kind, rows, postgres=server)
        desk = ivp.Desk(folder / "j.duckdb", by="tt", lang="en", now=NOW)
        desk.source("s", location)
        rule = ivp.RetentionRule(
            "r", source="s", table="t", subject_key="customer", start_column="ended", start_event="CUST_END", period="P3Y", reason="x"
        )
        desk.retention.record(
            [rule, ivp.Hold("h", subjects=["K001"], reason="r", review_by="2027-01-01")], valid_from="2026-01-01", why="x"
        )
        plan = desk.retention.plan("r").approve("boss")
        old = content(location)
        with subprocess.Popen([sys.executable, "-c", CHILD, str(folder / "j.duckdb"), plan.id], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "ready\n"
            begin = time.monotonic()
            time.sleep(chance.uniform(0, span))
            child.kill()
            done = "done" in child.stdout.read()
            span = max(0.05, min(1.5, span * (0.9 if done else 1.1), time.monotonic() - begin + 0.3))
        found = content(location)
        new = [row for row in old if not (row[2] and row[2][:10] <= "2023-03-01" and row[1] not in ("", "K001"))]
        assert found in (old, new), (kind, number, len(found), len(old), len(new))
        if plan.state == "started":
            plan.settle()
        assert plan.state == ("done" if found == new else "approved")
        assert (plan.certificate is not None) == (found == new)
        seen["new" if found == new else "old"] += 1
        if found == old:
            plan.execute("s")
            assert content(location) == new
        assert desk.verify().ok
        assert not [one for one in folder.iterdir() if one.name.endswith(".ivplus-new")]
    tally(**seen)
