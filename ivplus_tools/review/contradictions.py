"""What the record of processing activities denies or leaves out, against what the review and the register say elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ivplus_tools import _law, _places
from ivplus_tools._findings import Finding
from ivplus_tools._law import Law
from ivplus_tools._records import texts
from ivplus_tools.review.judgement import NOT_A_TRANSFER, judge
from ivplus_tools.review.records import Transfer, nameless
from ivplus_tools.review.state import Review, has_ended


def findings(review: Review) -> Iterator[Finding]:
    """What the record of processing activities says against what is recorded here."""
    here = {review.party(one.record.id) for one in review.of("processor")}
    for ident, body in review.bodies("activity").items():
        for ref in listed(body, "processors"):
            if review.party(ref) not in here:
                yield Finding(ident, "REV-030", body["valid_from"], {"name": review.name(ref)})
        yield from _contradicted(ident, body, review)


def _denied(body: Any, name: str) -> bool:
    """Whether the register says that there are none, or that the question does not apply."""
    return isinstance(body.get(name), dict)


def _contradicted(ident: str, body: Any, review: Review) -> Iterator[Finding]:
    """What an activity denies and something else says: transfers, processors, recipients."""
    since = body["valid_from"]
    if _denied(body, "transfers"):
        told = list(_places_of(ident, body, review))
        sure = dict.fromkeys(name for name, places in told if _is_outside(places, review.on))
        if sure:
            yield Finding(ident, "TRA-014", since, {"names": ", ".join(sure)})
        open_ = dict.fromkeys(name for name, places in told if name not in sure and _may_be_outside(places, review.on))
        if open_:
            yield Finding(ident, "TRA-020", since, {"names": ", ".join(open_)})
    for text in _unrecorded(ident, body, review):
        yield Finding(ident, "TRA-021", since, {"told": text})
    if _denied(body, "processors") and (names := list(dict.fromkeys(_unsaid_processors(body, review)))):
        yield Finding(ident, "REV-037", since, {"names": ", ".join(names)})
    if _denied(body, "recipients"):
        given = [review.name(one.record.organisation) for one in review.of("disclosure") if ident in texts(one.record.activities)]
        if given:
            yield Finding(ident, "REV-038", since, {"names": ", ".join(dict.fromkeys(given))})


def _unrecorded(ident: str, body: Any, review: Review) -> Iterator[str]:
    """What an activity tells of transfers, where one of its places has no recorded transfer, ended or not, and no processor (TRA-013).

    A transfer to an organisation that the text names stands for one of its places, though the register calls it otherwise.
    """
    ours = [one.record for one in review.of("transfer") if not one.record.activities or ident in texts(one.record.activities)]
    there = {one.country for one in ours} | {place for _, places in _processors_of(ident, body, review) for place in places}
    for told in listed(body, "transfers"):
        pieces = _places.split(told)
        said = {one.casefold() for one in pieces}
        named = [one for one in ours if said & {(one.importer or "").casefold(), review.name(one.importer).casefold(), one.id.casefold()}]
        places = set(third_countries([one for one in pieces if not review.is_recorded(one)], review.on))
        if len(places - there) > sum(one.country not in places for one in named):
            yield told


def _unsaid_processors(body: Any, review: Review) -> Iterator[str]:
    """Recipients of the kind processor, and suppliers of systems that are processors, where none is said to be used."""
    for one in listed(body, "recipients"):
        if one.get("recipient_kind") == "processor":
            yield review.name(one.get("recipient"))
    for system in _systems(body, review):
        if isinstance(supplier := system.get("supplier"), str) and review.is_processor(supplier):
            yield review.name(supplier)


def _systems(body: Any, review: Review) -> Iterator[Any]:
    """The systems of an activity that the register knows."""
    yield from (review.bodies("system")[ref] for ref in listed(body, "systems") if ref in review.bodies("system"))


def _places_of(ident: str, body: Any, review: Review) -> Iterator[tuple[str, list[str]]]:
    """Where an activity's data go, by whom: transfers, disclosures, processors and those behind them, systems, organisations named."""
    for kind, who in (("transfer", "importer"), ("disclosure", "organisation")):
        for one in (each.record for each in review.of(kind) if ident in texts(each.record.activities)):
            if one.country and not (kind == "transfer" and has_ended(one, review.on)):
                yield review.name(getattr(one, who)), [one.country]
    yield from _processors_of(ident, body, review)
    for system in _systems(body, review):
        yield str(system.get("name") or "–"), [place for text in listed(system, "location") for place in _places.split(text)]
    yield from _seats(body, review)


def _processors_of(ident: str, body: Any, review: Review) -> Iterator[tuple[str, list[str]]]:
    """The processors of an activity, and where they and those behind them are."""
    keys = {review.party(ref) for ref in listed(body, "processors")}
    for one in (each.record for each in review.of("processor")):
        if review.party(one.id) in keys or ident in texts(one.activities):
            behind = [place for link in review.behind(one.id) for place in texts(link.stands.record.countries)]
            yield review.name(one.id), [*texts(one.storage_countries), *texts(one.access_countries), *behind]


def _seats(body: Any, review: Review) -> Iterator[tuple[str, list[str]]]:
    """Where the organisations stand that an activity names: processors, joint controllers, recipients, suppliers of its systems."""
    refs = [*listed(body, "processors"), *listed(body, "joint_controllers"), *(one.get("recipient") for one in listed(body, "recipients"))]
    refs += [system.get("supplier") for system in _systems(body, review)]
    for ref in (one for one in refs if isinstance(one, str)):
        country = review.bodies("organisation").get(review.party(ref), {}).get("country")
        if isinstance(country, str):
            yield review.name(ref), _places.split(country)


def _is_outside(places: Iterable[str], on: date) -> bool:
    """Whether one of some places is a country outside the area."""
    return any(map(_places.is_country, third_countries(places, on)))


def _may_be_outside(places: Iterable[str], on: date) -> bool:
    """Whether one of some places is none that can be told to be within the area."""
    return bool(third_countries(places, on))


def listed(body: Any, name: str) -> list[Any]:
    """The items of a list answer in what is sealed."""
    answer = (body or {}).get(name)
    return answer if isinstance(answer, list) else []


def third_countries(places: Iterable[str], on: date) -> list[str]:
    """Those of some places that are outside the area, or may be."""
    return [one for one in dict.fromkeys(places) if _is_third(one, on)]


@_law.kept_by_day
def _is_third(place: str, on: date) -> bool:
    return judge(nameless(Transfer, country=place), None, on, Law(on)).status != NOT_A_TRANSFER
