"""An audit of a day: the notebook runs by itself and leaves a sealed pack, checked here as an outsider would check it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ivplus_tools import _dates, _notebooks, _store, _words, exchange
from ivplus_tools._room import SEVERITIES
from ivplus_tools.audit import packs, verify
from ivplus_tools.desk import Desk, sample
from ivplus_tools.evidence import packing

TEMPLATE = Path(__file__).parent.parent.parent / "notebooks" / "audit" / "quarterly.ipynb"
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
        return level != "never" and any(self.manifest["open"][one] for one in SEVERITIES[: SEVERITIES.index(level) + 1])

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
    with tempfile.TemporaryDirectory(prefix="ivplus-") as scratch:
        journal = _sample(Path(scratch), day, known, lang) if path is None else _store.path_of(path).absolute()
        desk = _standpoint(journal, day, known, lang, pinned=path is None)
        previous = _previous(folder, day, desk)
        start = _dates.day(since) if since is not None else _start(day, previous)
        moment = str(desk.standpoint.known_at and desk.standpoint.known_at.isoformat())
        values = {"as_of": day.isoformat(), "known": moment, "since": start.isoformat(), "lang": lang}
        template = _store.path_of(notebook) if notebook is not None else TEMPLATE
        ran = _run(template, values, journal, progress)
        manifest = packing.manifest_of(desk, {**values, "notebook": template.name}, previous)
        content = verify.packed(packing.files_of(desk, manifest, ran))
        made = Path(scratch) / _name(day, lang)
        made.write_bytes(content)
        if faults := verify.check(made, sorted(folder.glob("*.zip"))):
            raise _words.refusal("pack_not_made", fault=packs.told(faults, lang)[0])
    return _put(folder / made.name, content, force, lang)


def _name(day: date, lang: str) -> str:
    """The Finnish pack has the plain name; packs of each language are a chain of their own."""
    return f"audit-{day.isoformat()}{'' if lang == 'fi' else f'-{lang}'}.zip"


def _sample(scratch: Path, day: date, known: object, lang: str) -> Path:
    """The sample company's journal as it was known then."""
    return sample(scratch / "sample.duckdb", now=known or _dates.end_of_day(day), lang=lang).standpoint.path


def _standpoint(journal: Path, day: date, known: object, lang: str, pinned: bool) -> Desk:
    """The Desk of that day; without `known` it knows all that is written, be it written later."""
    if not journal.exists():
        raise _words.refusal("no_journal", path=journal)
    desk = Desk(journal, lang=lang)
    if not pinned and day > desk.standpoint.valid_on:
        raise _words.refusal("as_of_future", got=day, on=desk.standpoint.valid_on)
    if known is None:
        entries = _store.entries(desk.standpoint)
        known = max([_dates.end_of_day(day), *(one.recorded_at for one in entries[-1:])])
    return desk.at(valid=day, known=known)


def _start(day: date, previous: dict[str, Any] | None) -> date:
    """The day to compare with: of the pack before, else a quarter earlier, from month end to month end."""
    if previous:
        return date.fromisoformat(previous["as_of"])
    return _dates.plus(day + timedelta(days=1), _dates.Period(months=-3)) - timedelta(days=1)


def _previous(folder: Path, day: date, desk: Desk) -> dict[str, Any] | None:
    """The manifest of the last pack before a day, in the same language, with its name and hash; one of another journal is refused."""
    at, before = desk.standpoint, day.isoformat()
    found = [packs.opened(path, at.lang) for path in sorted(folder.glob("audit-*.zip"))]
    earlier = [one for one in found if one.manifest["as_of"] < before and one.manifest["lang"] == at.lang]
    if not earlier:
        return None
    last = packs.opened(folder / max(earlier, key=lambda one: str(one.manifest["as_of"])).name, at.lang, at)
    return {**last.manifest, "pack": last.name, "hash": last.hash}


def _run(template: Path, values: dict[str, str], journal: Path, progress: Progress | None) -> Any:
    """The notebook as it ran with these values; its prose is put in the language first."""
    notebook = _notebooks.read(template)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _said(cell.source, values["lang"])
    _notebooks.inject(notebook, values)
    _notebooks.run(notebook, template.parent, environment={"IVPLUS_DESK": str(journal)}, progress=progress)
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
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _words.refusal("store_unwritable", path=path.parent, reason=error.strerror or error) from None
        exchange.put(path, content)
    return Pack(path, packs.opened(path, lang), lang, there)


def audited(as_of: object, known: object = None, lang: str = "fi") -> Desk:
    """The Desk that an audit notebook looks at: the journal of $IVPLUS_DESK, else the samples, as of a day, as far as known then."""
    journal = os.environ.get("IVPLUS_DESK")
    day = _dates.day(as_of)
    if journal:
        return _standpoint(_store.path_of(journal), day, known, lang, pinned=True)
    return sample(now=known or _dates.end_of_day(day), lang=lang).at(valid=day, known=known or _dates.end_of_day(day))
