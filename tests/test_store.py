"""The journal: sealed, append-only, shared by processes, never half-written."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from house import HOSTILE, NOW, seen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ivplus_tools as ivp
from ivplus_tools import _dates, _store, errors
from ivplus_tools._store import nouns
from ivplus_tools._store.chain import canonical

PATIENT = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate])


def put(desk, ident="a", why="because", valid_from="2026-01-01", **fields):
    """Record one activity."""
    return desk.register.record(ivp.Activity(ident, **fields), valid_from=valid_from, why=why)


def tamper(path, *statements, drop=True):
    """Edit the file with another DuckDB client, after dropping the triggers."""
    with duckdb.connect(str(path)) as con:
        if drop:
            con.execute("DROP TRIGGER journal_keeps_rows ON journal")
            con.execute("DROP TRIGGER journal_keeps_values ON journal")
        for one in statements:
            con.execute(one)


@pytest.mark.parametrize("statement", ["UPDATE journal SET why = 'x'", "DELETE FROM journal", "TRUNCATE journal"])
def test_the_triggers_refuse_an_edit_of_the_journal(desk, statement):
    """Another client is told that the journal is append-only."""
    put(desk)
    with pytest.raises(duckdb.Error, match="append-only"):
        tamper(desk.standpoint.path, statement, drop=False)
    assert desk.verify().ok


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE journal SET why = 'other' WHERE entry = 2", 2),
        ('UPDATE journal SET body = \'{"owner":"x"}\' WHERE entry = 1', 1),
        ("UPDATE journal SET recorded_at = recorded_at + INTERVAL 1 SECOND WHERE entry = 3", 3),
        ("UPDATE journal SET valid_from = DATE '2020-01-01' WHERE entry = 3", 3),
        ("UPDATE journal SET recorded_by = 'other' WHERE entry = 1", 1),
        ("UPDATE journal SET subject = 'z' WHERE entry = 2", 2),
        ("DELETE FROM journal WHERE entry = 2", 2),
        ("DELETE FROM journal WHERE entry = 3", 3),
        ("DELETE FROM journal", 1),
        ("UPDATE journal SET seal = (SELECT seal FROM journal WHERE entry = 1) WHERE entry = 2", 2),
    ],
)
def test_the_seals_find_an_edit_that_no_trigger_stopped(desk, statement, broken):
    """`verify` names the first entry that is not what was written."""
    for ident in "abc":
        put(desk, ident)
    tamper(desk.standpoint.path, statement)
    verdict = desk.verify()
    assert not verdict.ok
    assert verdict.broken == broken
    assert not verdict


def test_a_seal_printed_earlier_finds_a_chain_that_was_written_anew(desk, tmp_path):
    """A forger who reseals everything is caught by the head seal on paper."""
    put(desk)
    printed = desk.verify().head
    put(desk, "b")
    assert desk.verify(head=printed).ok
    forged = ivp.Desk(tmp_path / "forged.duckdb", by="x", now=NOW)
    put(forged, why="other")
    put(forged, "b")
    assert forged.verify().ok
    assert not forged.verify(head=printed).ok


def test_an_entry_sealed_anew_breaks_the_next_one(desk):
    """A forger who edits one entry and gives it its new seal is caught by the entry after it, which rests on the old seal."""
    put(desk)
    put(desk, "b")
    first = replace(_store.standing(desk.standpoint)[0], why="other")
    forged = _store.chain.seal_of("", first)
    tamper(desk.standpoint.path, f"UPDATE journal SET why = 'other', seal = '{forged}' WHERE entry = 1")
    verdict = desk.verify()
    assert (verdict.broken, verdict.fault) == (2, "content")


def test_an_entry_has_the_seal_that_the_documentation_says(desk):
    """sha256 over the JSON list of the previous seal and the fields, the instant in UTC."""
    import hashlib

    put(desk, owner="é")
    [entry] = _store.standing(desk.standpoint)
    content = [
        "",
        1,
        "register",
        "activity",
        "a",
        "2026-01-01",
        "2026-03-02T07:00:00.000000+00:00",
        "tt",
        "because",
        '{"owner":"é","role":"controller"}',
    ]
    assert entry.seal == hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def test_many_records_are_one_transaction(desk):
    """A list is written whole, or, when one of them is refused, not at all."""
    assert desk.register.record([ivp.Activity("a"), ivp.Activity("b")], valid_from="2026-01-01", why="w").entries == (1, 2)
    with pytest.raises(ivp.Refusal):
        desk.register.record([ivp.Activity("c"), ivp.Purpose("no record")], valid_from="2026-01-01", why="w")
    assert desk.verify().entries == 2


def test_the_same_content_is_not_written_twice(desk):
    """Pressing the button twice leaves one entry, and the receipt says so."""
    put(desk)
    again = put(desk)
    assert again.entries == ()
    assert "already stands" in repr(again)
    assert desk.verify().entries == 1


def test_a_journal_held_by_another_process_is_named(desk, monkeypatch):
    """StoreBusy tells which process holds the file, whether through our lock or DuckDB's own."""
    put(desk)
    path = desk.standpoint.path
    hold = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('ready', flush=True); time.sleep(30)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(path)], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        with pytest.raises(ivp.Refusal, match=str(holder.pid)) as refusal:
            put(desk, "b")
        assert type(refusal.value).__name__ == "StoreBusy"
    finally:
        holder.kill()
        holder.communicate()
    monkeypatch.setattr(_store.file, "WAIT_SECONDS", 0.3)
    hold = (
        "import filelock, os, sys, time; lock = filelock.FileLock(sys.argv[1]); lock.acquire()\n"
        "open(sys.argv[1], 'w').write(str(os.getpid())); print('ready', flush=True); time.sleep(30)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold, f"{path}.lock"], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        with pytest.raises(ivp.Refusal, match=str(holder.pid)):
            desk.register.activities()
    finally:
        holder.kill()
        holder.communicate()
    assert put(desk, "b").entries == (2,)


def test_a_backup_restores_the_same_head_seal(sample, tmp_path):
    """Backup and restore keep every entry, every seal and the persons kept apart."""
    sample.keep_person("dpo", "Aino Esimerkki", "aino@example.fi")
    folder = sample.backup(tmp_path / "backup")
    assert sorted(one.name for one in folder.iterdir()) == ["journal.jsonl", "manifest.json", "person.jsonl"]
    verdict = ivp.restore(folder, tmp_path / "restored.duckdb")
    assert verdict.ok
    assert verdict.head == sample.verify().head
    again = ivp.Desk(tmp_path / "restored.duckdb", now=NOW)
    assert again.register.activities().equals(sample.register.activities())
    assert again.persons() == sample.persons()


@pytest.mark.parametrize("name", ["journal.jsonl", "person.jsonl", "manifest.json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_backup_names_the_file_and_restores_nothing(sample, tmp_path, name, damage):
    """One byte is enough."""
    sample.keep_person("dpo", "Aino Esimerkki")
    folder = sample.backup(tmp_path / "backup")
    content = (folder / name).read_bytes()
    if damage == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content[: len(content) // 2] if damage == "cut" else content.replace(b"a", b"b", 1))
    with pytest.raises(ivp.Refusal, match="backup"):
        ivp.restore(folder, tmp_path / "restored.duckdb")
    assert not (tmp_path / "restored.duckdb").exists()


def test_a_backup_replaces_nothing_and_a_restore_neither(sample, tmp_path):
    """A folder with content and a file that is there are refused."""
    folder = sample.backup(tmp_path / "backup")
    with pytest.raises(ivp.Refusal, match="not empty"):
        sample.backup(folder)
    with pytest.raises(ivp.Refusal, match="already there"):
        ivp.restore(folder, sample.standpoint.path)


def test_a_person_is_outside_the_seals_and_can_be_forgotten(desk):
    """Forgetting leaves the seals whole and the name in no byte of the file."""
    put(desk)
    desk.keep_person("dpo", "Aino Ainutlaatuinen", "ainutlaatuinen@example.fi")
    head = desk.verify().head
    assert desk.persons()["dpo"]["name"] == "Aino Ainutlaatuinen"
    desk.forget_person("dpo")
    assert desk.persons() == {}
    assert desk.verify().head == head
    assert b"Ainutlaatuinen" not in desk.standpoint.path.read_bytes()
    with pytest.raises(ivp.Refusal):
        desk.forget_person("dpo")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_journal_is_readable_by_its_owner_only(desk, tmp_path):
    """0600, for the journal, its lock and a backup."""
    put(desk)
    desk.backup(tmp_path / "backup")
    for path in (desk.standpoint.path, Path(f"{desk.standpoint.path}.lock"), tmp_path / "backup" / "journal.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 4096, b"\x00" * 20_000])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path, content):
    """One line, and the file keeps its bytes."""
    path = tmp_path / "x.duckdb"
    path.write_bytes(content)
    for act in (lambda desk: desk.register.activities(), lambda desk: put(desk)):
        with pytest.raises(ivp.Refusal) as refusal:
            act(ivp.Desk(path, by="tt", now=NOW))
        assert "\n" not in str(refusal.value)
    assert path.read_bytes() == content


def test_another_duckdb_database_is_refused(tmp_path):
    """A database without our tables is not taken over."""
    with duckdb.connect(str(tmp_path / "other.duckdb")) as con:
        con.execute("CREATE TABLE t (x INT)")
    with pytest.raises(ivp.Refusal, match="no journal"):
        put(ivp.Desk(tmp_path / "other.duckdb", by="tt", now=NOW))


@pytest.mark.parametrize("path", ["/proc/ivplus.duckdb", "/nowhere/at/all.duckdb"])
def test_a_folder_that_cannot_be_written_is_one_line(path, monkeypatch):
    """/proc refuses even the superuser; a folder that does not exist says so."""
    monkeypatch.setattr(_store.file, "WAIT_SECONDS", 0.2)  # for a lock that no file there can be
    if path.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    with pytest.raises(ivp.Refusal) as refusal:
        put(ivp.Desk(path, by="tt", now=NOW))
    assert "\n" not in str(refusal.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a file size limit stands in for a full disk")
def test_a_full_disk_loses_nothing(desk, tmp_path):
    """A write that the system refuses half-way is one line, and what stood before still stands."""
    put(desk)
    before = desk.verify()
    work = (
        "import resource, signal, sys, ivplus_tools as ivp\n"
        "desk = ivp.Desk(sys.argv[1], by='f')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "desk.register.activities()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try:\n"
        "    desk.register.record([ivp.Activity(f'x{n}', remarks='y' * 3000) for n in range(3000)], valid_from='2026-01-01', why='w')\n"
        "except ivp.Refusal as refusal:\n"
        "    print('REFUSED', refusal)\n"
    )
    done = subprocess.run([sys.executable, "-c", work, str(desk.standpoint.path)], capture_output=True, text=True, timeout=120)
    assert "REFUSED" in done.stdout, done.stdout + done.stderr
    after = ivp.Desk(desk.standpoint.path, by="tt").verify()
    assert (after.ok, after.entries, after.head) == (True, before.entries, before.head)
    assert put(ivp.Desk(desk.standpoint.path, by="tt"), "b").entries == (2,)


def test_a_newer_format_is_refused(desk):
    """An old toolkit does not touch what a new one wrote."""
    put(desk)
    tamper(desk.standpoint.path, "UPDATE meta SET value = '99' WHERE key = 'format'", drop=False)
    with pytest.raises(ivp.Refusal, match="99"):
        desk.register.activities()


def test_an_older_format_is_migrated_after_a_backup(desk, tmp_path, monkeypatch):
    """The step runs once, the backup stands beside the journal, the seals stay whole."""
    put(desk)
    head = desk.verify().head
    folder = tmp_path / "sql"
    shutil.copytree(_store.file.SQL, folder)
    (folder / f"migrate_{_store.file.FORMAT}.sql").write_text(
        "ALTER TABLE person ADD COLUMN note TEXT; ALTER TABLE person DROP COLUMN note;"
    )
    monkeypatch.setattr(_store.file, "SQL", folder)
    monkeypatch.setattr(_store.file, "FORMAT", _store.file.FORMAT + 1)
    assert desk.verify().head == head
    beside = desk.standpoint.path.with_name(desk.standpoint.path.name + f".format-{_store.file.FORMAT - 1}")
    assert json.loads((beside / "manifest.json").read_text())["head"] == head
    assert put(desk, "b").entries == (2,)


def test_a_migration_that_fails_changes_nothing(desk, tmp_path, monkeypatch):
    """All steps are one transaction."""
    put(desk)
    folder = tmp_path / "sql"
    shutil.copytree(_store.file.SQL, folder)
    (folder / f"migrate_{_store.file.FORMAT}.sql").write_text("ALTER TABLE person ADD COLUMN note TEXT; SELECT error('no');")
    with monkeypatch.context() as patch:
        patch.setattr(_store.file, "SQL", folder)
        patch.setattr(_store.file, "FORMAT", _store.file.FORMAT + 1)
        with pytest.raises((ivp.Refusal, duckdb.Error)):
            desk.verify()
    assert desk.verify().ok


def test_a_clock_set_back_is_refused_and_a_small_step_smoothed(tmp_path):
    """Knowing keeps its order: an entry is never recorded before the one that it follows."""
    path = tmp_path / "clock.duckdb"
    put(ivp.Desk(path, by="tt", now="2026-03-02T09:00"))
    put(ivp.Desk(path, by="tt", now="2026-03-02T08:59"), "b")
    assert [entry.recorded_at.isoformat() for entry in _store.standing(ivp.Desk(path, now="2026-03-03").standpoint)] == [
        "2026-03-02T09:00:00+02:00"
    ] * 2
    with pytest.raises(ivp.Refusal, match="clock"):
        put(ivp.Desk(path, by="tt", now="2026-03-01T09:00"), "c")


def test_a_past_standpoint_reads_only(sample):
    """Nothing can be recorded as of another day by mistake."""
    then = sample.at(valid="2023-10-01")
    for act in (
        lambda: put(then),
        lambda: then.register.end("uutiskirje", valid_from="2026-01-01", why="w"),
        lambda: then.keep_person("x", "y"),
    ):
        with pytest.raises(ivp.Refusal, match="reads only"):
            act()


def test_who_why_and_since_when_are_asked(desk, tmp_path):
    """There is no default for any of the three."""
    with pytest.raises(ivp.Refusal, match="Say who"):
        put(ivp.Desk(tmp_path / "x.duckdb", now=NOW))
    with pytest.raises(ivp.Refusal, match="Say why"):
        put(desk, why=" ")
    with pytest.raises(ivp.Refusal, match="Say since when"):
        desk.register.record(ivp.Activity("a"), why="w")
    assert not desk.standpoint.path.exists()


def test_a_query_reads_only_and_reaches_no_file(sample, desk):
    """`desk.sql` can neither write, nor read another file, nor install anything; not where there is no journal yet either."""
    for query in (
        "DELETE FROM journal",
        "COPY (SELECT 1) TO '/tmp/ivplus-leak.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SELECT * FROM 'https://example.fi/x.csv'",
        "SET enable_external_access = true",
        "SELECT",
    ):
        with pytest.raises(ivp.Refusal, match="could not be run"):
            sample.sql(query)
        with pytest.raises(ivp.Refusal, match="could not be run"):
            desk.sql(query)
    assert sample.sql("FROM activities() SELECT count(*) AS n")["n"][0] == 14


@PATIENT
@given(st.lists(st.tuples(st.text(min_size=1).filter(str.strip), st.text()), min_size=1, max_size=5))
def test_any_text_survives_the_journal_unchanged_or_is_refused(tmp_path_factory, pairs):
    """What is recorded is read back to the letter; control characters are refused before anything is written."""
    desk = ivp.Desk(tmp_path_factory.mktemp("p") / "p.duckdb", by="tt", now=NOW)
    written = {}
    for ident, text in pairs:
        try:
            thing = ivp.Activity(ident, remarks=text)
            desk.register.record(thing, valid_from="2026-01-01", why="w")
        except ivp.Refusal:
            continue
        written[thing.id] = thing
    assert {one.record.id: one.record for one in desk.register.standing()} == written
    assert desk.verify().ok


def test_hostile_text_survives_unchanged(desk):
    """Quotes, semicolons, scripts, formulas and emoji as identifiers and as values; direction marks as values only."""
    given_ = {seen(text): text for text in HOSTILE}
    things = [ivp.Activity(ident, name=text, remarks=text, owner=text) for ident, text in given_.items()]
    desk.register.record(things, valid_from="2026-01-01", why=HOSTILE[0])
    found = {one.record.id: one.record for one in desk.register.standing()}
    assert set(found) == set(given_)
    assert all(one.name == one.remarks == one.owner == given_[one.id] for one in found.values())
    assert set(desk.register.activities()["id"]) == set(given_)


def test_line_separators_in_a_text_survive_a_backup(desk, tmp_path):
    """U+2028, U+2029 and U+0085 come from word processors, and end no line of JSON."""
    put(desk, remarks="a\u2028b\u2029c", why="d\u2028e")
    assert ivp.restore(desk.backup(tmp_path / "b"), tmp_path / "r.duckdb").head == desk.verify().head


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal WHERE entry = 3",
        "UPDATE head SET seal = 'x'",
        "DELETE FROM head",
        "INSERT INTO head SELECT * FROM head",
        "DELETE FROM journal",
    ],
)
def test_a_cut_tail_is_not_healed_by_the_next_write(desk, statement):
    """The toolkit records nothing on an end that does not match, and makes no copy of it."""
    for ident in "abc":
        put(desk, ident)
    desk.keep_person("p", "Aino Esimerkki")
    tamper(desk.standpoint.path, statement)
    for act in (lambda: put(desk, "d"), lambda: desk.forget_person("p"), lambda: desk.backup(desk.standpoint.path.parent / "b")):
        with pytest.raises(ivp.Refusal, match="backup"):
            act()
    assert not desk.verify().ok


@pytest.mark.parametrize("by", [5, Path("x"), "a\0b", "\ud800", ["x"]])
def test_who_records_is_text(tmp_path, by):
    """Anything else would be sealed as one thing and stored as another."""
    with pytest.raises(ivp.Refusal):
        ivp.Desk(tmp_path / "x.duckdb", by=by)
    with pytest.raises(ivp.Refusal, match="Say who"):
        put(ivp.Desk(tmp_path / "x.duckdb", by="  ", now=NOW))


@pytest.mark.parametrize("why", [None, 5, ["x"]])
def test_a_reason_is_text(desk, why):
    """`None` is no reason, and no word either."""
    with pytest.raises(ivp.Refusal):
        put(desk, why=why)


@pytest.mark.parametrize("path", [None, 5, "", "a\0b"])
def test_a_path_is_text(sample, path):
    """For the journal, a backup, an import and an export alike."""
    acts = (ivp.Desk, sample.backup, sample.register.read, sample.register.write, lambda one: ivp.restore(one, one))
    for act in acts if path is not None else acts[1:]:  # without a path the Desk is that of the shell
        with pytest.raises(ivp.Refusal, match="path"):
            act(path)


def test_a_manifest_that_promises_more_than_there_is_restores_nothing(sample, tmp_path):
    """An emptied journal with its hash renewed is still not what was sealed."""
    import hashlib

    folder = sample.backup(tmp_path / "b")
    (folder / "journal.jsonl").write_bytes(b"")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["journal.jsonl"] = hashlib.sha256(b"").hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ivp.Refusal, match=r"journal\.jsonl"):
        ivp.restore(folder, tmp_path / "r.duckdb")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b'{"format": 1}'),
        ("manifest.json", b'{"format": 1, "entries": 36, "head": "x", "sha256": null}'),
        ("manifest.json", b"[" * 100_000),
        ("journal.jsonl", b"\xff\xfe"),
        ("journal.jsonl", b'{"entry": 1}\n'),
        ("journal.jsonl", b"[]\n"),
        ("person.jsonl", b'["a"]\n'),
        ("person.jsonl", b'{"ref": "a"}\n'),
    ],
)
def test_a_backup_damaged_with_its_hash_renewed_is_one_line(sample, tmp_path, name, content):
    """Whatever the files hold."""
    import hashlib

    folder = sample.backup(tmp_path / "b")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / name).write_bytes(content)
    if name != "manifest.json":
        manifest["sha256"][name] = hashlib.sha256(content).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ivp.Refusal, match=re.escape(name)):
        ivp.restore(folder, tmp_path / "r.duckdb")
    assert not (tmp_path / "r.duckdb").exists()


def test_a_migration_can_be_tried_again_after_it_failed(desk, tmp_path, monkeypatch):
    """The backup of the first attempt does not stand in the way of the second."""
    put(desk)
    folder = tmp_path / "sql"
    shutil.copytree(_store.file.SQL, folder)
    step = folder / f"migrate_{_store.file.FORMAT}.sql"
    monkeypatch.setattr(_store.file, "SQL", folder)
    monkeypatch.setattr(_store.file, "FORMAT", _store.file.FORMAT + 1)
    step.write_text("SELECT error('no')")
    with pytest.raises(ivp.Refusal, match="no"):
        desk.verify()
    step.write_text("SELECT 1")
    assert desk.verify().ok


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet"])
def test_a_data_file_is_no_journal_and_none_is_made_of_that_name(tmp_path, name):
    """DuckDB would open such a name as a table."""
    with pytest.raises(ivp.Refusal, match="no journal"):
        put(ivp.Desk(tmp_path / name, by="tt", now=NOW))
    assert not list(tmp_path.glob("a.*"))
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(ivp.Refusal, match="no journal"):
        ivp.Desk(tmp_path / name).verify()


def test_a_journal_open_in_the_same_kernel_is_busy(desk):
    """A forgotten connection of one's own is named like any other."""
    put(desk)
    with duckdb.connect(str(desk.standpoint.path)), pytest.raises(ivp.Refusal, match=str(os.getpid())):
        desk.register.activities()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET valid_from = DATE '0044-01-01 (BC)' WHERE entry = 1",
        "UPDATE journal SET recorded_at = TIMESTAMPTZ 'infinity' WHERE entry = 1",
        "UPDATE journal SET body = '[1]' WHERE entry = 1",
    ],
)
def test_odd_values_put_in_by_hand_break_the_seal_and_nothing_else(desk, statement):
    """`verify` says where; reading and writing refuse in one line or answer."""
    put(desk)
    tamper(desk.standpoint.path, statement)
    assert desk.verify().broken == 1
    for act in (lambda: put(desk, "b"), desk.findings, lambda: repr(desk)):
        try:
            act()
        except ivp.Refusal as refusal:
            assert "\n" not in str(refusal)  # noqa: PT017  either answer will do, a traceback will not


def test_a_head_seal_may_be_cut_to_what_a_receipt_prints(desk):
    """Sixteen characters are enough to find it, fewer are not accepted."""
    put(desk)
    head = desk.verify().head
    assert desk.verify(head=head[:16]).ok
    assert not desk.verify(head=head[:8]).ok
    assert not desk.verify(head="0" * 16).ok


def test_an_empty_query_is_one_line(sample):
    """And what is no text neither."""
    for query in ("", None, 5):
        with pytest.raises(ivp.Refusal):
            sample.sql(query)


def test_control_characters_that_sql_and_python_spell_differently_are_still_sound(desk):
    """A text that was sealed with other spellings of the same JSON is looked at again before it is called changed."""
    desk.register.record(ivp.Activity("a", remarks='tab\tquote"back\\slash/ \u2028 \u00a0 😀 é'), valid_from="2026-01-01", why='w"\\\n\t')
    assert desk.verify().ok


def test_many_versions_of_one_subject_in_one_batch_decide_as_one_by_one(tmp_path):
    """The same entries in one transaction or each in its own, in any order of days: the same journal."""
    import random

    days = [f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}" for number in range(40)]
    random.Random(5).shuffle(days)
    one, two = (ivp.Desk(tmp_path / f"{name}.duckdb", by="tt", now=NOW) for name in "ab")
    drafts = [one.register.as_entry(ivp.Activity("a", name=f"n{number % 3}"), _dates.day(day), "w") for number, day in enumerate(days)]
    _store.append(one.standpoint, drafts)
    for draft in drafts:
        _store.append(two.standpoint, [draft])
    shown = [desk.register.history("a")[["valid_from", "change"]].values.tolist() for desk in (one, two)]
    assert shown[0] == shown[1]
    for day in days:
        assert one.at(valid=day).register.get("a") == two.at(valid=day).register.get("a")


def test_a_journal_on_a_network_drive_is_warned_of(tmp_path, monkeypatch):
    """The longest mount that holds the path decides; a local disk and an unknown system are silent; a Windows share is told by its name."""
    from ivplus_tools._store import file

    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/share\\040one nfs4 rw 0 0\n/dev/b {tmp_path}/share\\040one/in ext4 rw 0 0\n"
    )
    monkeypatch.setattr(file, "MOUNTS", mounts)
    with pytest.warns(UserWarning, match="network drive .nfs4"):
        ivp.Desk(tmp_path / "share one" / "j.duckdb", lang="en")
    assert file.network_of(tmp_path / "share one" / "in" / "j.duckdb") is None
    assert file.network_of(tmp_path / "j.duckdb") is None
    assert file.network_of(Path("//server/share/j.duckdb")) == "UNC"
    monkeypatch.setattr(file, "MOUNTS", tmp_path / "none")
    assert file.network_of(tmp_path / "j.duckdb") is None


def test_no_file_stays_open_between_calls(desk, sample):
    """After writing, reading and asking, this process has no journal open, and what it keeps reaches no other file."""
    put(desk)
    for one in (desk, sample):
        one.register.get(one.register.activities()["id"][0])
        one.findings()
        assert one.verify().ok
    opened = [one.readlink() for one in Path("/proc/self/fd").glob("*") if one.is_symlink()]  # of Linux; elsewhere empty
    assert not [one for one in opened if ".duckdb" in one.name]
    assert 0 < len(_store.file._engines) <= _store.file.ENGINES_KEPT
    reading = [engine for (_, name), engine in _store.file._engines.items() if name]
    assert reading
    for engine in reading:
        assert engine.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
        with pytest.raises(duckdb.PermissionException):
            engine.execute("FROM read_text('/etc/hostname')")


FORKED = """
import os, signal, sys
import ivplus_tools as ivp
desk = ivp.Desk(sys.argv[1], by="tt")
add = lambda name: desk.register.record(ivp.Activity(name), valid_from="2026-01-01", why="w")
add("before")
child = os.fork()
signal.alarm(60)  # one that hangs is ended
add("child" if child == 0 else "parent")
count = len(desk.register.history("before")) + len(desk.register.activities())
if child == 0:
    os._exit(0 if count >= 3 else 1)
assert os.waitpid(child, 0)[1] == 0
assert sorted(desk.register.activities()["id"]) == ["before", "child", "parent"], desk.register.activities()
assert desk.verify().ok
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_and_its_parent_both_go_on(tmp_path):
    """A process that has worked on a journal forks, as multiprocessing does: both write and read, and none waits for ever."""
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", FORKED, tmp_path / "f.duckdb"], check=True, timeout=120)


def test_threads_work_on_two_journals_at_once(tmp_path):
    """Widgets answer in a thread of their own while a cell runs: each thread reads and writes, and nothing is lost or mixed up."""
    desks = [ivp.Desk(tmp_path / f"{number}.duckdb", by="tt") for number in range(2)]

    def work(number):
        one = desks[number % 2]
        for turn in range(5):
            put(one, f"t{number}-{turn}")
            one.register.findings()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for number, one in enumerate(desks):
        assert sorted(one.register.activities()["id"]) == sorted(f"t{n}-{turn}" for n in (number, number + 2) for turn in range(5))
        assert one.verify().ok


def test_every_noun_is_found_by_its_name_alone(sample):
    """A query gets the macros that it names and those they rest on, in any case and quoting; with none of them it gets none."""
    names = [name for name, statement in nouns.macros().items() if re.search(r"\) AS TABLE", statement)]
    assert len(names) > 15
    for name in names:
        sample.sql(f'SELECT count(*) FROM "{name.upper()}"()')
    assert nouns.of("SELECT 1") == ""
    assert nouns.of("FROM standing()").count("MACRO") == 3
    assert "processors()" in nouns.of("FROM processors()")
    assert "breaches()" not in nouns.of("FROM processors()")


def test_nothing_else_is_written_over_a_journal_its_lock_or_its_log(desk, tmp_path):
    """A calendar, a request or an export that is given the journal's own name: one line, and every entry is there."""
    desk.register.record(ivp.System("x", location=["Finland"]), valid_from="2026-01-01", why="w")
    path = desk.standpoint.path
    before = path.read_bytes()
    for name in (path, path.with_name(path.name + ".lock"), path.with_name(path.name + ".wal")):
        for write in (desk.calendar, lambda name: desk.anchor(request=name)):
            with pytest.raises(ivp.Refusal, match="not written over"):
                write(name)
    assert path.read_bytes() == before
    assert desk.verify().entries == 1


def test_a_seal_that_is_empty_or_no_text_is_in_no_journal(desk):
    """An unset variable of a script compares nothing, and is not taken for a match."""
    desk.register.record(ivp.System("x", location=["Finland"]), valid_from="2026-01-01", why="w")
    for head in ("", "  ", 5):
        assert not desk.verify(head=head).ok
    assert desk.verify(head=desk.verify().head[:20]).ok


@pytest.mark.parametrize(
    "changes", [{"body": "[1]"}, {"body": "not json"}, {"body": "[" * 3000 + "]" * 3000}, {"recorded_at": "9999-12-31T23:59:59+00:00"},
                {"kind": "withdrawal", "body": '{"entry": "x"}'}]
)  # fmt: skip
def test_a_backup_with_an_entry_that_nothing_can_be_read_from_is_refused(desk, tmp_path, changes):
    """Although its seals and hashes were made anew: one line, nothing of another entry in it, and no journal is left."""
    desk.register.record(ivp.System("x", location=["Finland"]), valid_from="2026-01-01", why="w")
    folder = desk.backup(tmp_path / "b")
    row = json.loads((folder / "journal.jsonl").read_text()) | changes
    sealed = [row[name] for name in ("entry", "room", "kind", "subject", "valid_from", "recorded_at", "recorded_by", "why", "body")]
    row["seal"] = hashlib.sha256(canonical(["", *sealed]).encode()).hexdigest()
    (folder / "journal.jsonl").write_text(canonical(row) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["head"] = row["seal"]
    manifest["sha256"]["journal.jsonl"] = hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ivp.Refusal, match="damaged or missing file") as refused:
        ivp.restore(folder, tmp_path / "r.duckdb")
    assert "Finland" not in str(refused.value)
    assert not (tmp_path / "r.duckdb").exists()


def test_a_noun_without_its_query_says_how_it_is_written(desk):
    """Whoever adds a record with a noun and forgets its query reads one line of advice, not the engine's."""
    desk.breach.open("x", aware="2026-03-02T08:00")
    with pytest.raises(errors.BadNoun, match="make nouns"):
        _store.frame(desk.standpoint, "FROM trainings_of_nobody()")
