"""Commands that look and change nothing but the counts of a scan: check, due, rule, law, scan, verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivplus_tools import _words
from ivplus_tools.cli.base import (
    SAMPLE,
    as_table,
    by_whom,
    desk_of,
    echo,
    fails_on,
    in_language,
    main,
    on_desk,
    print_table,
    progress_of,
    whole,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ivplus_tools.audit import Status
    from ivplus_tools.desk import Desk
    from ivplus_tools.rooms import AllRooms

UNREAD = "LAW-001"  # facts that nobody has compared with the official text: no fault of the company, so counted apart


# --- check


def _rooms(_ctx: click.Context, _: click.Parameter, told: tuple[str, ...]) -> tuple[str, ...]:
    """The rooms that are asked for; one that words no finding is refused with the nearest."""
    known = _words.rooms().values()
    for one in told:
        if one not in known:
            raise _words.refusal("unknown_value", got=one, what="room", near=_words.nearest(one, dict.fromkeys(known)))
    return told


def _some_rooms(_ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The rooms that begin so."""
    return [one for one in dict.fromkeys(_words.rooms().values()) if one.startswith(incomplete)]


@main.command(
    exits={0: "no finding is at or above --fail-on", 1: "one is"},
    examples=(
        "ivplus check",
        "ivplus check --room register --room review --fail-on warning",
        "ivplus check --since 2026-01-01           # only what was not found on that day",
        "ivplus check --at 2025-12-31 --known 2025-12-31 --format csv",
        "ivplus check --format sarif > findings.sarif",
    ),
    reads=("IVPLUS_NOW",),
)
@on_desk
@click.option("--room", "rooms", multiple=True, callback=_rooms, shell_complete=_some_rooms, help="only this room")
@click.option("--since", metavar="DAY", help="only findings that were not found on that day, as it was known then")
@fails_on
@click.option("--quiet", "-q", is_flag=True, help="no summary on stderr; refusals are told all the same")
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "csv", "sarif"]), default="text", show_default=True, help="how they are printed"
)
def check(
    path: str,
    valid: str | None,
    known: str | None,
    lang: str,
    rooms: tuple[str, ...],
    since: str | None,
    fail_on: str,
    quiet: bool,
    shape: str,
) -> None:
    """Print what is missing or wrong, one finding a line, the worst first.

    A line on stdout is `room/subject: CODE message [rule]`; `ivplus rule CODE` explains the code. A summary goes to stderr. The rules
    that nobody has compared with the official text are one line per instrument, `law/KEY: LAW-001 ...`; `ivplus law` lists them.
    An accepted finding says until when, and does not count for --fail-on until that day has passed. SARIF 2.1.0 is for pipelines.
    """
    from ivplus_tools.rooms import ROOMS, AllRooms

    desk = desk_of(path, valid, known, lang)
    looked = AllRooms(desk.standpoint)
    found = looked.statuses()
    if since:
        found = _new_since(found, desk, since)
    if rooms:
        found = [one for one in found if one.room in rooms]
    if shape == "sarif":
        from ivplus_tools.cli import sarif

        echo(json.dumps(sarif.log_of(found, desk.standpoint), ensure_ascii=False, indent=1))
    elif shape == "text":
        for one in found:
            echo(line_of(one, lang))
        if not quiet:
            echo(_summary(found, lang), err=True)
            if silent := _unrecorded(looked, rooms or ROOMS):
                echo(_words.say("shell.unrecorded", lang, rooms=", ".join(silent)), err=True)
    else:
        from ivplus_tools.audit import lay_status

        print_table(lay_status(found, lang), shape)
    if _fails(found, fail_on):
        sys.exit(1)


def _statuses(desk: Desk) -> list[Status]:
    """Every finding of every room with what was answered to it."""
    from ivplus_tools.rooms import AllRooms

    return AllRooms(desk.standpoint).statuses()


def _new_since(found: list[Status], desk: Desk, since: str) -> list[Status]:
    """The findings that an earlier day, as it was known then, did not have, and those whose acceptance has ended since."""
    from ivplus_tools import _dates

    at, day = desk.standpoint, _dates.day(since)
    last = min(at.valid_on, at.known_at.date()) if at.known_at else at.valid_on
    if day > last:
        raise _words.refusal("since_later", since=day, last=last)
    then = _statuses(desk.at(valid=day, known=day))
    stood, accepted = ({_same(one) for one in then if (one.state == "accepted") is answer} for answer in (False, True))
    return [one for one in found if _same(one) not in stood and not (_same(one) in accepted and one.state == "accepted")]


def _same(one: Status) -> tuple[str, ...]:
    """What makes two findings the same."""
    return one.room, one.subject, one.code, one.finding


def _summary(found: list[Status], lang: str) -> str:
    """How many findings of each severity, and how many facts nobody has compared with the official text."""
    from ivplus_tools import _law

    counted = [one.severity for one in found if one.code != UNREAD]  # these are counted apart
    told = [f"{_words.say(f'ui.{one}s', lang)} {counted.count(one)}" for one in ("error", "warning", "info")]
    if accepted := sum(one.state == "accepted" for one in found):
        told.append(_words.say("shell.accepted_count", lang, count=accepted))
    return " · ".join([*told, _words.say("shell.unread", lang, count=len(_law.unverified()))])


def _unrecorded(looked: AllRooms, rooms: Iterable[str]) -> list[str]:
    """Rooms in which nothing is recorded: that nothing is found there says nothing."""
    return [name for name in rooms if name not in ("law", "audit") and not looked.state(name).standing]


def line_of(one: Status, lang: str) -> str:
    """A finding as a linter prints it, and behind it what was answered: always one line."""
    told = f"{one.room}/{one.subject}: {one.code} {one.finding} [{one.rule}]{_answer_of(one, lang)}"
    return " ".join(part.strip() for part in told.splitlines())


def _answer_of(one: Status, lang: str) -> str:
    """What was answered to a finding: until when it is accepted, who mends it by when, why it is disputed."""
    if one.state == "open":
        return ""
    days = {name: _words.show_date(day, lang) for name, day in (("until", one.until), ("due", one.due)) if day}
    return f" ({_words.say(f'shell.{one.state}', lang, **{'reason': one.reason, 'owner': one.owner, **days})})"


def _fails(found: list[Status], fail_on: str) -> bool:
    """Whether a finding that nobody has accepted is at or above the level that makes the command fail."""
    from ivplus_tools._findings import failing

    return any(one.severity in failing(fail_on) and one.state != "accepted" for one in found)


# --- due


@main.command(
    exits={0: "nothing is past its day", 1: "something is"},
    examples=("ivplus due", "ivplus due --by 2026-12-31", "ivplus due --format csv > due.csv"),
    reads=("IVPLUS_NOW",),
)
@on_desk
@click.option("--by", metavar="DAY", help="the last day shown (default: the end of this month, at least a week)")
@as_table
def due(path: str, valid: str | None, known: str | None, lang: str, by: str | None, shape: str) -> None:
    """Print what must be done this month, or within a week: late first, breaches before all.

    A line is `DAY room/subject: what [rule]`, with the hour where the law counts in hours; what is past says so, from its minute on.
    Days are written as the language does (2.3.2026; in English 2026-03-02), in tables for machines always as 2026-03-02.
    What is owed without undue delay has the day on which we became aware. `ivplus check` tells what is missing or wrong, also where
    no day is set.
    """
    from ivplus_tools import _dates, _findings
    from ivplus_tools.rooms import AllRooms

    rooms = AllRooms(desk_of(path, valid, known, lang).standpoint)
    at = rooms.at
    month = _dates.plus(at.valid_on.replace(day=1), _dates.Period(months=1)) - timedelta(days=1)
    last = by or max(month, at.valid_on + timedelta(days=7))  # no running clock of 72 hours is out of sight
    coming = rooms.coming(last)
    late = sum(one.is_late(at) for one in coming)
    if shape == "text":
        for one in sorted(coming, key=lambda row: (not row.is_late(at), row.room != "breach", row.due)):
            mark = f" ({_words.column_name('overdue', lang)})" if one.is_late(at) else ""
            hour = _words.show_hour(one.due_at, lang) if one.due_at else ""
            day = one.due if lang == "en" else _words.show_date(one.due, lang)
            echo(" ".join(f"{day} {hour} {one.room}/{one.subject}: {one.what} [{one.rule}]{mark}".split()))
        errors = sum(one.weight == "error" for many in rooms.findings.values() for one in many)
        echo(_words.say("shell.undated", lang, late=late, errors=errors), err=True)
    else:
        print_table(_findings.lay_due(coming, at), shape)
    if late:
        sys.exit(1)


# --- rule


def _codes(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of findings that begin so, with their sentences."""
    from click.shell_completion import CompletionItem

    lang = ctx.params.get("lang") or "en"
    begins = incomplete.upper()
    return [CompletionItem(code, help=_words.finding_template(code, lang)) for code in _words.read("findings") if code.startswith(begins)]


@main.command(
    exits={0: "the rule or code is known"},
    examples=("ivplus rule REG-020", "ivplus rule tra-014 --lang sv", 'ivplus rule "gdpr:30(1)(f)" --lang en'),
)
@click.argument("code", shell_complete=_codes)
@in_language
def rule(code: str, lang: str) -> None:
    """Explain CODE: a finding such as REG-020, or a rule such as gdpr:30(1)(f).

    Of a finding: its sentence, severity and room, and the rule behind it. Of a rule: what it asks in Finnish, Swedish and English,
    where its official text is, since when it holds, when it was last compared with that text. Case does not matter; an unknown code is
    refused with the nearest. Needs no journal.
    """
    from ivplus_tools import _law

    echo(repr(_law.cite(code, lang)))


@main.command(
    exits={0: "printed, also where nothing is left to compare"},
    examples=("ivplus law", "ivplus law adequacy --lang en", "ivplus law --format csv > to-compare.csv"),
)
@click.argument("instrument", required=False)
@in_language
@as_table
def law(instrument: str | None, lang: str, shape: str) -> None:
    """List the rules not yet compared with the official text, and what to look up where.

    They are the lawyer's work and no faults of the company, so `ivplus check` tells only how many an instrument has. Needs no journal.
    """
    from ivplus_tools import _law
    from ivplus_tools.law import unverified

    known = {one.instrument["key"] for one in _law.facts().values()}
    if instrument and instrument not in known:
        raise _words.refusal("unknown_value", got=instrument, what="instrument", near=_words.nearest(instrument, known, 3))
    print_table(unverified(lang, instrument), shape)


# --- scan, verify


def _pack_code(pack: str, lang: str, expected: str | None, signed: Collection[str]) -> int:
    """Check a pack and say what was found: 0 whole, 1 not, 3 nothing wrong in what could be checked.

    `expected`: its hash as somebody outside has kept it; `signed`: those that the journal's sign-offs name.
    """
    from ivplus_tools.audit import packs, verify

    path = Path(pack)
    if not path.exists():
        raise _words.refusal("no_pack", path=path)
    found = verify.read(path)
    faults, missing = verify.checked(path, found)
    for line in packs.told(faults, lang):
        echo(f"{path.name}: {line}")
    if faults:
        return 1
    if expected is not None and not verify.is_expected(found[0], expected):
        echo(f"{path.name}: {_words.say('audit.other_hash', lang)}")
        return 1
    told = packs.opened_of(path.name, found[0])
    known = expected is not None or told.hash in signed
    journal, count = told.manifest["journal"], len(told.manifest["files"])
    facts = {"path": path.name, "files": count, "last": journal["last"], "head": journal["head"], "hash": told.hash}
    echo(_words.say("audit.whole" if known else "audit.nothing_wrong", lang, **facts))
    if not known:
        echo(_words.say("audit.not_expected", lang))
    if missing:
        echo(_words.say("audit.not_checked", lang, missing=missing))
    return 3 if missing or not known else 0


def _signed(path: str, lang: str) -> frozenset[str]:
    """The hashes of packs that the journal's sign-offs name; none where there is no journal."""
    if path == SAMPLE or not Path(path).exists():
        return frozenset()
    return frozenset(desk_of(path, None, None, lang).audit.signoffs()["pack_hash"].dropna())


@main.command(
    exits={0: "nothing is overdue", 1: "rows are overdue, or a source could not be read"},
    examples=("ivplus scan", "ivplus scan crm --format csv", "ivplus scan --at 2026-12-31    # what will be overdue then"),
    reads=("IVPLUS_NOW",),
)
@click.argument("source", required=False)
@on_desk
@by_whom
@as_table
def scan(source: str | None, path: str, valid: str | None, known: str | None, lang: str, by: str | None, shape: str) -> None:
    """Count the rows past their retention period, in SOURCE or in every source.

    Every retention rule is counted where its data lie: what is overdue on the day --at, else today, what is held, what has no start.
    The rules and holds are those that stand now, unless --known says otherwise. Only counts are kept in the journal, and those of
    another day are not; no row leaves its system and nothing is erased.
    """
    desk = desk_of(path, valid if known else None, known, lang, by)
    with progress_of(source or "scan") as progress:
        found = desk.retention.scan(source, on=valid, progress=progress)
    if shape == "text":
        echo(repr(found))
    else:
        print_table(found.table, shape)
    if found.failed or (found.table["overdue"].fillna(0) > 0).any():
        sys.exit(1)


@main.command(
    exits={
        0: "every seal holds",
        1: "one is broken, --head is not in the chain, or a pack is not whole",
        3: "nothing wrong was found in a pack, but its hash, or the pack before, was not at hand",
    },
    examples=("ivplus verify", "ivplus verify --head 3f1c9a0b7d2e4f60", "ivplus verify audit-2026-09-30.zip --expect 5be01c2af9d3e874"),
)
@click.argument("packs", metavar="[PACK]...", nargs=-1, type=click.Path())
@on_desk
@click.option("--head", metavar="SEAL", help="a seal printed earlier, which must be part of the chain")
@click.option("--answer", metavar="FILE", type=click.Path(), help="a time stamp kept outside, which must be over a seal of the chain")
@click.option("--certificates", metavar="FILE", type=click.Path(), help="the certificates (PEM) by which time stamps are checked")
@click.option("--expect", "expected", metavar="HASH", help="the hash of the pack, from a sign-off or a paper")
def verify(
    packs: tuple[str, ...], path: str, valid: str | None, known: str | None, lang: str, head: str | None, answer: str | None,
    certificates: str | None, expected: str | None,
) -> None:  # fmt: skip
    """Check every seal of the journal, or every byte of each PACK.

    Prints the number of entries and the head seal: keep it on paper, and give it with --head next year. Who rewrites the whole chain
    is found by a seal kept elsewhere, or by a time stamp (`ivplus anchor`), and by nothing else.

    Of an evidence pack the hashes, the seals, the chain to the packs before and the counts are checked, without a journal; `verify.py`
    inside the pack does the same on a machine without this toolkit. A pack is called whole only where its hash is known from outside
    it: by --expect, or by a sign-off in the journal.
    """
    if packs:
        signed = _signed(path, lang)
        codes = [_pack_code(one, lang, expected, signed) for one in packs]  # all are told
        sys.exit(1 if 1 in codes else max(codes))
    verdict = whole(path, valid, known, lang).verify(head, answer, certificates)
    echo(repr(verdict))
    if not verdict.ok:
        sys.exit(1)
