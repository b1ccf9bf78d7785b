"""Every benchmark in one run, as one Markdown table."""

import argparse
import tempfile
from pathlib import Path

import audit
import discovery
import exchange
import imports
import journal
import marketing
import notice
from measuring import table

BEGIN, END = "<!-- table: benchmarks/all.py --write -->", "<!-- end of table -->"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds: no numbers to rely on")
    parser.add_argument("--write", action="store_true", help=f"replace the table in {PAGE.name}")
    asked = parser.parse_args()
    if asked.quick and asked.write:
        parser.error("a quick run gives no numbers to keep")
    sizes, count, rounds = ((100, 400), 15, 1) if asked.quick else ((1_000, 10_000, 100_000), 500, 5)
    with tempfile.TemporaryDirectory() as folder:
        rows = imports.rows(rounds * 2)
        rows += exchange.rows(Path(folder), count, rounds)
        rows += journal.rows(Path(folder), sizes, rounds)
        rows += audit.rows(Path(folder), sizes[:1], rounds)
        rows += notice.rows(Path(folder), rounds)
        rows += discovery.rows(Path(folder), rounds)
        rows += marketing.rows(Path(folder), rounds)
    print(table(rows))
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
