"""An audit of a day: the notebook runs by itself and leaves a sealed pack, checked here as an outsider would check it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ivplus_tools import _dates, _notebooks, _shipped, _store, _words
from ivplus_tools._findings import SEVERITIES, failing
from ivplus_tools.audit import packs, verify
from ivplus_tools.desk import Desk, sample
from ivplus_tools.errors import Refusal
from ivplus_tools.evidence import packing
from ivplus_tools.evidence.summary import actions, conclusion

__all__ = ["Pack", "Progress", "actions", "audit", "audited", "conclusion", "earlier", "last_quarter"]
TEMPLATE = _shipped.folder("notebooks") / "audit" / "quarterly.ipynb"
LONGEST_CELL = 3600
"""Seconds after which a cell is given up."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Pack:
    """An evidence pack: where it is, what its manifest says, and whether it was there already."""

    path: Path
    opened: packs.Opened
    lang: str
    there: bool = False

    @property
    def manifest(self) -> dict[str, Any]:
        """What the pack says of itself: day, parameters, versions, counts, hashes."""
        return self.opened.manifest

    def fails(self, level: str) -> bool:
        """Whether there is a finding of that severity or a graver one that nobody has accepted."""
        return any(self.manifest["open"][one] for one in failing(level))

    def __repr__(self) -> str:
        journal, found = self.manifest["journal"], self.manifest["findings"]
        counts = " · ".join(f"{_words.say(f'ui.{one}s', self.lang)} {found[one]}" for one in SEVERITIES)
        return _words.say(
            "audit.pack_there" if self.there else "audit.pack_made", self.lang, path=self.path, counts=counts,
            accepted=self.manifest["accepted"], head=journal["head"][:16], hash=self.opened.hash[:16],
        )  # fmt: skip


def audit(
    path: str | Path | None, as_of: object, out: str | Path, known: object = None, since: object = None, lang: str = "fi",
    notebook: str | Path | None = None, force: bool = False, progress: Progress | None = None,
) -> Pack:  # fmt: skip
    """Run the audit notebook over a journal (None: the samples) for a day and write `audit-<day>.zip` into the folder `out`.

    `known`: up to which moment entries count (else all); `since`: the day to compare with (else the pack before, else a quarter earlier).
    The same journal, day and versions give the same bytes. A pack of that day with other bytes is refused unless `force`.
    """
    day, folder = _dates.day(as_of), _store.path_of(out)
    template = _store.path_of(notebook) if notebook is not None else TEMPLATE
    with _scratch() as scratch:
        journal = _sample(scratch, day, known, lang) if path is None else _store.path_of(path).absolute()
        desk = _standpoint(journal, day, known, lang, pinned=path is None)
        previous = _previous(folder, day, desk)
        start = _start(day, since, previous)
        moment = str(desk.standpoint.known_at and desk.standpoint.known_at.isoformat())
        then = previous["pack"] if previous and since is None else start.isoformat()
        values = {"as_of": day.isoformat(), "known": moment, "since": then, "lang": lang}
        ran = _run(template, values, journal, folder, progress)
        told = {**values, "since": start.isoformat(), "compared_with": then, "notebook": template.name}
        found = desk.audit.status()
        content = verify.packed(packing.files_of(desk, packing.manifest_of(desk, found, told, previous), found, ran))
    made = folder / _name(day, lang)
    faults, _ = verify.checked(made, verify.unpacked(content))
    if faults:
        raise _words.refusal("pack_not_made", fault=packs.told(faults, lang)[0])
    return _put(made, content, force, lang)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for the time of a run; no whole pack ever lies in it. What the run speaks is not what the officer speaks after it."""
    spoken = Refusal.lang
    try:
        with tempfile.TemporaryDirectory(prefix="ivplus-") as folder:
            yield Path(folder)
    except OSError as error:
        raise _words.refusal("store_unwritable", path=tempfile.gettempdir(), reason=_words.system_reason(error)) from None
    finally:
        Refusal.lang = spoken


def last_quarter(on: date) -> date:
    """The last day of the quarter that ended last before a day."""
    return date(on.year, (on.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)


def _name(day: date, lang: str) -> str:
    """The Finnish pack has the plain name; packs of each language are a chain of their own."""
    return f"audit-{day.isoformat()}{'' if lang == 'fi' else f'-{lang}'}.zip"


def _sample(scratch: Path, day: date, known: object, lang: str) -> Path:
    """The sample company's journal as it was known then."""
    return sample(scratch / "sample.duckdb", now=_dates.end_of_day(known or day), lang=lang).standpoint.path


def _standpoint(journal: Path, day: date, known: object, lang: str, pinned: bool) -> Desk:
    """The Desk of that day; without `known` it knows all that is written, be it written later."""
    if not journal.exists():
        raise _words.refusal("no_journal", path=journal)
    desk = Desk(journal, lang=lang)
    if not pinned and day > desk.standpoint.valid_on:
        raise _words.refusal("as_of_future", got=day, on=desk.standpoint.valid_on)
    if known is None:
        ends = _dates.end_of_day(day) if pinned else min(_dates.end_of_day(day), desk.standpoint.now)  # a day may not be over yet
        known = max([ends, *(one.recorded_at for one in _store.every(desk.standpoint)[-1:])])
    return desk.at(valid=day, known=known)


def _start(day: date, since: object, previous: dict[str, Any] | None) -> date:
    """The day to compare with: the one asked, else of the pack before, else a quarter earlier, from month end to month end."""
    if since is not None:
        start = _dates.day(since)
        if start >= day:
            raise _words.refusal("compare_order")
        return start
    if previous:
        return date.fromisoformat(previous["as_of"])
    return _dates.plus(day + timedelta(days=1), _dates.Period(months=-3)) - timedelta(days=1)


def _previous(folder: Path, day: date, desk: Desk) -> dict[str, Any] | None:
    """The manifest of the last pack before a day, in the same language, with its name and hash; one of another journal is refused."""
    at = desk.standpoint
    names = {path.name for path in folder.glob("audit-*.zip")}
    days = [found for name in names if (found := _day_of(name)) and found < day and _name(found, at.lang) == name]
    if not days:
        return None
    last = packs.opened(folder / _name(max(days), at.lang), at.lang, at)
    if last.manifest["journal"]["last"] > len(_store.every(at)):
        raise _words.refusal("known_before_pack", path=last.name, known=last.manifest["known"])
    return {**last.manifest, "pack": last.name, "hash": last.hash}


def _day_of(name: str) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(name[6:16])
    return None


def _run(template: Path, values: dict[str, str], journal: Path, folder: Path, progress: Progress | None) -> Any:
    """The notebook as it ran with these values; its prose is put in the language first."""
    notebook = _notebooks.read(template)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _said(cell.source, values["lang"])
    _notebooks.inject(notebook, values)
    surroundings = {"IVPLUS_DESK": str(journal), "IVPLUS_AUDITS": str(folder.absolute())}
    _notebooks.run(notebook, template.parent, timeout=LONGEST_CELL, environment=surroundings, progress=progress)
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if "text/html" in output.get("data", {}):
            output["data"].pop("text/plain", None)  # the same table again, padded with spaces
    return notebook


def _said(source: str, lang: str) -> str:
    """The prose of a cell in a language, where it is ours; an officer's own text stays as it is."""
    ours = _words.read("audit")["notebook"].values()
    return next((texts[lang].strip() for texts in ours if texts["fi"].strip() == source.strip()), source)


def _put(path: Path, content: bytes, force: bool, lang: str) -> Pack:
    """Write the pack, unless the same one is there already."""
    there = path.exists() and path.read_bytes() == content
    if path.exists() and not there and not force:
        raise _words.refusal("pack_there", path=path)
    if not there:
        try:
            with _store.private():
                path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _words.refusal("store_unwritable", path=path.parent, reason=_words.system_reason(error)) from None
        _store.put(path, content)
    return Pack(path, packs.opened(path, lang), lang, there)


def audited(as_of: object, known: object = None, lang: str = "fi") -> Desk:
    """The Desk that an audit notebook looks at: the journal of $IVPLUS_DESK, else the samples, as of a day, as far as known then."""
    journal = os.environ.get("IVPLUS_DESK")
    day, moment = _dates.day(as_of), _dates.end_of_day(known or as_of)
    if journal:
        return _standpoint(_store.path_of(journal), day, known, lang, pinned=True)
    return sample(now=moment, lang=lang).at(valid=day, known=moment)


def earlier(since: str) -> str | Path:
    """What an audit notebook compares with: the pack of that name in the folder of packs, or the day itself."""
    return Path(os.environ.get("IVPLUS_AUDITS", "audits")) / since if since.endswith(".zip") else since
