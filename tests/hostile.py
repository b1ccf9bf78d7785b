"""A journal with hostile text wherever a record takes free text, and everything that the toolkit shows of it."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from house import HOSTILE, NOW, seen
from IPython.display import HTML, Markdown
from pandas import DataFrame

import ivplus_tools as ivp
from ivplus_tools import _records, plots
from ivplus_tools._room import Room
from ivplus_tools.audit.records import FindingResponse, response_id
from ivplus_tools.discovery.records import DataTable
from ivplus_tools.rooms import ROOMS

SINCE, LATER = "2026-01-05", "2026-02-05"
MARK = "<img src=x onerror"
LOUD = '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script>'
CONTENTS = [LOUD, "\n".join(HOSTILE), " ".join([LOUD, *HOSTILE, "$\\frac$ $x$"])]
TEXTS = [*map(seen, CONTENTS)]
EVERY = TEXTS[-1]  # all of them in one, where a single subject is shown
OTHERWISE = (SINCE, "P1Y", "1", "12-31", "env:PASSWORD")  # for a field that takes no free text
WORDS = {
    "address": LOUD, "channel": "email", "country": LOUD, "purpose": f"{EVERY} marketing_purpose", "source": "real", "table": "real",
    "days": [SINCE, LATER],
    "kind": "source", "law": "dpf", "name": "real", "ref": EVERY, "reform": "digital-omnibus",
    "since": SINCE, "vendor": f"{EVERY} processor", "system": f"{EVERY} system", "accounts": "real/real", "employees": "people/people",
    "account_key": LOUD, "employee_key": LOUD, "ended": "end",
    "activity": f"{EVERY} activity",
}  # fmt: skip
WRITES = {
    "accept",
    "anchor",
    "approve",
    "assign",
    "confirm",
    "dispute",
    "draft",
    "end",
    "execute",
    "open",
    "plan",
    "publish",
    "request",
    "lift",
    "record",
    "reopen",
    "respond",
    "sign",
    "suppress",
    "withdraw",
    "take_down",
}


# --- the journal


def made(folder: Path) -> ivp.Desk:
    """A desk whose identifiers, values, reasons, recorder and persons are hostile; each record was changed once."""
    desk = ivp.Desk(folder / "hostile.duckdb", by=EVERY, now=NOW)
    for name in ROOMS:
        for since, contents in ((SINCE, CONTENTS), (LATER, CONTENTS[::-1])):
            records = [one for text, content in zip(TEXTS, contents, strict=True) for one in things(text, content) if one.room == name]
            getattr(desk, name).seal_act(records, since, EVERY)  # also what only an act of the room writes
    for text in TEXTS:
        desk.keep_person(f"{text} person", name=text, email=text, phone=text)
    (folder / "real.csv").write_text(f'"{LOUD.replace(chr(34), chr(34) * 2)}",start\n1,2020-01-01\n', encoding="utf-8")
    (folder / "people.csv").write_text(f'"{LOUD.replace(chr(34), chr(34) * 2)}",end\n1,2020-01-01\n', encoding="utf-8")
    desk.source("real", "real.csv", why=EVERY)
    desk.source("people", "people.csv", why=EVERY)
    facts = {"period": "P1Y", "start_event": "EVENT", "start_column": "start", "subject_key": LOUD, "reason": EVERY}
    desk.retention.record(ivp.RetentionRule(LOUD, source="real", table="real", **facts), valid_from=SINCE, why=EVERY)
    return desk


def things(text: str, content: str) -> Iterator[_records.Record]:
    """One record of every kind of every room, called by the text: the content in each field that takes it, else an allowed value."""
    for room in ROOMS.values():
        for kind in room.records:
            told = seen(content) if kind is FindingResponse else content  # its identifier holds what it answers
            answers = {name: answer(kind, name, text, told) for name in kind.model_fields if name != "id"}
            if kind is DataTable:
                answers["no_personal_data"] = "no"  # it says what it holds
            ident = f"{text} {kind.kind}"
            if kind is FindingResponse:  # is called by the finding that it answers
                ident = response_id(*(answers[f"finding_{one}"] for one in ("code", "subject", "facts")))
            if kind is DataTable:
                ident, answers["table"] = f"{answers['source']}/{text}", text  # it is called by these
            yield kind(ident, **answers)


def answer(kind: type, name: str, text: str, content: str) -> object:
    """A hostile answer to one field of a record or part; a field that names another record names a hostile one."""
    field = kind.model_fields[name]
    if listed := _records.listed_in(field):
        return "6(1)(f)" if listed == "legal_basis" else next(iter(_records.allowed(listed)))  # a balancing test is asked for
    shape, named = _records.shape(field), _records.told(field, "refers")
    if shape == "parts":
        part = _records.part_of(field)
        return [part(**{one: answer(part, one, text, content) for one in part.model_fields})]
    for one in (f"{text} {named}" if named else content, *OTHERWISE):
        told = {one: one} if shape == "map" else [one] if shape == "texts" else one
        try:
            _records.answer_of(kind, name, told) if issubclass(kind, _records.Record) else kind(**{name: told})
        except ivp.Refusal:
            continue
        return told
    raise AssertionError(f"tests/hostile.py has no answer to {kind.__name__}.{name}")


# --- what is shown of it


def shown(desk: ivp.Desk, folder: Path) -> Iterator[tuple[str, object]]:
    """Whatever the toolkit shows, by name. A public method of a room or a plot that nobody shows here is an error. Forms: `form`."""
    yield from laid("desk", desk, desk.verify(), desk.persons(), desk.findings(), desk.due(), desk.sql("FROM entries()"))
    yield from laid("desk.source", desk.source("real"))
    for name in ROOMS:
        yield from of_room(name, getattr(desk, name))
    case = desk.breach.case(f"{EVERY} breach")
    yield from of_case(case)
    yield from of_letters(desk, folder)
    yield from of_files(desk, folder)
    yield from of_notice(desk, folder)
    yield from of_marketing(desk, folder)
    frames = {
        "activities": desk.register.activities(), "agreements": desk.review.agreements(), "counts": desk.retention.counts(),
        "due": desk.retention.due(), "judged": desk.review.transfers(), "register": desk.breach.breaches(), "timeline": case.timeline,
        "found": desk.discovery.columns(),
    }  # fmt: skip
    for name, draw in inspect.getmembers(plots, inspect.isfunction):
        if not name.startswith("_"):
            yield f"plots.{name}", draw(frames[next(iter(inspect.signature(draw).parameters))])


def of_room(name: str, room: Room[Any]) -> Iterator[tuple[str, object]]:
    """What each public method of a room gives; one that takes an identifier is asked of the kinds that it knows."""
    for method, call in inspect.getmembers(room, callable):
        if method.startswith("_") or method in WRITES | Room.inner | room.inner:
            continue
        needed = [
            one.name for one in inspect.signature(call).parameters.values() if one.default is one.empty and one.kind < one.VAR_POSITIONAL
        ]
        told = f"{name}.{method}"
        if needed == ["id"]:
            found = asked(call, [f"{EVERY} {kind.kind}" for kind in room.records])
            yield from laid(told, *(found if method in ("get", "history") else [next(found)]))
        elif "path" in needed:
            continue  # files have their own function
        else:
            assert set(needed) <= set(WORDS), f"tests/hostile.py does not know how to show {told}"
            found = call(*(WORDS[one] for one in needed))
            yield from laid(told, *(found[:2] if isinstance(found, list) else [found]))


def asked(call: Callable[[str], object], idents: list[str]) -> Iterator[object]:
    """What a method tells of those records that it is about."""
    for ident in idents:
        try:
            yield call(ident)
        except ivp.Refusal:
            continue


def of_case(case: object) -> Iterator[tuple[str, object]]:
    """A case with all that follows from it, and every draft."""
    for name, value in inspect.getmembers(type(case)):
        if isinstance(value, property) and not name.startswith("_"):
            yield from laid(f"case.{name}", getattr(case, name))
    yield from laid(
        "case", case.explain(), case.history(), case.duty.flips, *(case.draft(kind) for kind in _records.allowed("breach_draft"))
    )


def of_notice(desk: ivp.Desk, folder: Path) -> Iterator[tuple[str, object]]:
    """A page whose every sentence is hostile, read and drafted."""
    page = folder / "notice.md"
    page.write_text(
        f"# {LOUD}\n\nRekisterinpitäjä {LOUD} Oy, tietosuoja@example.fi. {WHOLE_NOTICE}\n\n- {LOUD}\n\n| {LOUD} | a |\n", encoding="utf-8"
    )
    read = desk.notice.read(page, "fi")
    yield from laid("notice.read", read, read.items, read.findings, read.matches, read.promises, read.unread, desk.notice.draft())


def of_marketing(desk: ivp.Desk, folder: Path) -> Iterator[tuple[str, object]]:
    """A send list whose every cell is hostile."""
    quoted = LOUD.replace('"', '""')
    listed = folder / "list.csv"
    listed.write_text(f'"{quoted}";email\n"{quoted}";"{quoted}"\n"{quoted}";a@example.fi\n', encoding="utf-8")
    found = desk.marketing.check(listed, "email", f"{EVERY} marketing_purpose")
    yield from laid("marketing.check", found, found.rows, found.counts, found.open, found.proof(LOUD), found.proof(LOUD).events)


WHOLE_NOTICE = "Säilytämme henkilötietoja kolme vuotta, ja sinulla on oikeus saada pääsy tietoihisi. " * 3


def of_letters(desk: ivp.Desk, folder: Path) -> Iterator[tuple[str, object]]:
    """Letters as pages and as Markdown, and the plan of an erasure."""
    review = desk.review
    letters = [call(f"{EVERY} {kind}") for call, kind in ((review.request, "processor"), (review.assessment_form, "transfer"))]
    for place, letter in enumerate([*letters, review.summary(WORDS["vendor"]), desk.breach.case(f"{EVERY} breach").draft()]):
        yield from page(f"letter {place}", letter.save, folder)
    plan = desk.retention.plan(LOUD, why=EVERY)
    yield from laid("plan", plan, plan.record, plan.document())


def of_files(desk: ivp.Desk, folder: Path) -> Iterator[tuple[str, object]]:
    """Files that were read, and files that were written."""
    for name in ("register", "breach", "retention"):
        yield from page(f"{name}.write", getattr(desk, name).write, folder)
    quoted = LOUD.replace('"', '""')
    register, vendors = folder / "register.csv", folder / "vendors.csv"
    register.write_text(f'Activity;Purpose;"{quoted}"\n"{quoted}";"{quoted}";"{quoted}"\n;;"{quoted}"\n', encoding="utf-8")
    vendors.write_text(f'Company;Country;Purpose\n"{quoted}";"in {quoted}";"for {quoted}"\n', encoding="utf-8")
    read = desk.register.read(register)
    yield "bring, reopened", HTML(ivp.forms.bring(desk, register).static())
    yield from laid("register.read", read, read.rows, read.columns, read.problems, read.unmapped, read.set_apart, read.changes)
    listed = desk.review.read_list(vendors, vendor=WORDS["vendor"])
    yield from laid("review.read_list", listed, listed.rows, listed.problems, listed.diff(), listed.draft(), listed.draft("objection"))


def page(name: str, write: Callable[[Path], Path], folder: Path) -> Iterator[tuple[str, object]]:
    """A document as a page and as Markdown, as a notebook displays such files."""
    yield f"{name} html", HTML(write(folder / "x.html").read_text(encoding="utf-8"))
    yield f"{name} md", Markdown(write(folder / "x.md").read_text(encoding="utf-8"))


FORMS = [name for name, _ in inspect.getmembers(ivp.forms, inspect.isfunction)]


def form(desk: ivp.Desk, name: str) -> object:
    """A form with a hostile record in it, and with the refusal of a hostile day; a cell each, since it is a thousand messages."""
    shown = {"record": ["organisation"], "notice": [f"{EVERY} privacy_notice"]}
    made = getattr(ivp.forms, name)(desk, *shown.get(name, []))
    if hasattr(made, "path"):
        made.path.value = str(desk.standpoint.path.with_name("register.csv"))
    if hasattr(made, "load"):
        made.load(next(ident for _, ident in made.list.options if ident.startswith(EVERY)))
    if hasattr(made, "shown"):
        made.list.value = (next(iter(made.shown)),)
    if name == "erasure":
        made.rule.value = next(ident for _, ident in made.rule.options if ident.startswith(EVERY))
    for field in ("valid_from", "why", "until", "day"):
        if hasattr(made, field):
            getattr(made, field).value = LOUD
    if press := next((press for press in ("save", "commit", "count", "accept", "make") if hasattr(made, press)), None):
        getattr(made, press).click()
    return made


def laid(name: str, *found: object) -> Iterator[tuple[str, object]]:
    """A frame both as pandas and as we show it; anything else as it is."""
    for place, one in enumerate(found):
        told = f"{name}[{place}]" if len(found) > 1 else name
        yield told, one
        if isinstance(one, DataFrame):
            yield f"show({told})", ivp.show(one)


def wanted(thing: object) -> bool | None:
    """Whether a reader has to see hostile text in a thing; None where that cannot be told from the thing (pandas cuts texts off)."""
    if isinstance(thing, DataFrame):
        return None
    if isinstance(thing, (HTML, Markdown)):
        return True
    return MARK in repr(thing)
