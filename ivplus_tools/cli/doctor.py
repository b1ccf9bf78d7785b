"""What `ivplus doctor` looks at: one short function a check, each giving rows of what, state and detail. Nothing is changed."""

from __future__ import annotations

import glob
import importlib
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib import metadata, util
from pathlib import Path
from typing import NamedTuple

from ivplus_tools import _dates, _law, _store, _words
from ivplus_tools.errors import Refusal

PACKAGE = "ivplus-tools"
EXTRAS = {"typst": "pdf", "psycopg": "postgres", "pyspark": "spark", "rdflib": "rdf"}
MODULES = {
    "beautifulsoup4": "bs4",
    "python-docx": "docx",
    "pyyaml": "yaml",
    "jupyterlab-language-pack-fi-fi": "jupyterlab_language_pack_fi_FI",
}  # packages with another name than what is imported
LEFT_OVER = ("*.part", "*.ivplus-new", "*.ivplus-old", "{name}.new", ".{name}.*.new", "{name}.wal", "{name}.wal.left")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONT = Path("mpl-data") / "fonts" / "ttf" / "DejaVuSans.ttf"
COPIES = 3  # a journal that is written anew lies there twice for a moment, and an older format is backed up too
SPARE = 100 * 1024**2
FACTS_AGE = 5  # years after which facts that nobody has re-read, or a clock that says so, are worth a word


class Row(NamedTuple):
    """One line of the table; `state` is ok, note or bad."""

    what: str
    state: str
    detail: str


class Ground(NamedTuple):
    """What is looked at: the journal (`named`: somebody said which), the language, the project's folder, JupyterLab's settings."""

    path: Path
    named: bool
    lang: str
    home: Path
    settings: Path

    def say(self, key: str, **facts: object) -> str:
        """A detail in the language asked for."""
        return _words.say(key, self.lang, **_words.local(facts, self.lang))


Check = Callable[[Ground], Iterator[Row]]


def examine(ground: Ground) -> list[Row]:
    """Every check in turn; what a check is refused is its answer."""
    rows: list[Row] = []
    for what, check in CHECKS:
        try:
            rows += check(ground)
        except Refusal as refusal:
            rows.append(Row(what, "bad", refusal.text(ground.lang)))
        except Exception as error:  # whatever fails here is what was to be found
            rows.append(Row(what, "bad", f"{type(error).__name__}: {error}"))
    return rows


def told(rows: list[Row], lang: str) -> list[str]:
    """The table for reading: state and what in the language, in columns."""
    states, names = _words.values("doctor_state"), _words.values("doctor_what")
    table = [(states[row.state][lang], names[row.what][lang], row.detail) for row in rows]
    widths = [max(len(row[place]) for row in table) for place in (0, 1)]
    return [f"{state:<{widths[0]}}  {what:<{widths[1]}}  {detail}" for state, what, detail in table]


# --- the installation


def _python(ground: Ground) -> Iterator[Row]:
    yield Row("python", "ok", platform.python_version())
    try:
        yield Row("package", "ok", f"{PACKAGE} {metadata.version(PACKAGE)}")
    except metadata.PackageNotFoundError:
        yield Row("package", "bad", ground.say("doctor.not_installed", names=PACKAGE))


def _locked(ground: Ground) -> Iterator[Row]:
    """Versions against the lock file, where it is beside the package; packages of other systems are in it too."""
    lock = ground.home / "requirements.lock"
    if not lock.is_file():
        return
    wanted: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        wanted.setdefault(name, []).append(version)  # several where Python's version decides
    found = {name: _version(name) for name in wanted}
    other = [f"{name} {has} ({' / '.join(wanted[name])})" for name, has in found.items() if has not in (None, *wanted[name])]
    if other:
        yield Row("lock_file", "note", ground.say("doctor.differ", names=", ".join(other)))
    else:
        yield Row("lock_file", "ok", ground.say("doctor.as_locked", count=sum(has is not None for has in found.values())))


def _packages(ground: Ground) -> Iterator[Row]:
    """Every package that is required can be imported."""
    broken = []
    names = [re.match(r"[\w.-]+", line) for line in metadata.requires(PACKAGE) or () if "extra ==" not in line]
    for name in [one[0].lower() for one in names if one]:
        try:
            importlib.import_module(MODULES.get(name, name.replace("-", "_")))
        except Exception as error:  # a broken package may fail with anything
            broken.append(f"{name} ({type(error).__name__})")
    if broken:
        yield Row("packages", "bad", ground.say("doctor.not_installed", names=", ".join(broken)))
    else:
        yield Row("packages", "ok", ground.say("doctor.importable", count=len(names)))


def _extras(ground: Ground) -> Iterator[Row]:
    for name, extra in EXTRAS.items():
        has = _version(name)
        yield Row("extra", "ok", f"{name} {has}") if has else Row("extra", "note", ground.say("doctor.no_extra", name=name, extra=extra))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


# --- the journal


def _journal(ground: Ground) -> Iterator[Row]:
    """Whether it is there, who can read it, its format and its seals."""
    path = ground.path
    if not path.exists():
        yield Row("journal", "bad" if ground.named else "note", ground.say("doctor.no_journal", path=path))
        return
    yield Row("journal", "ok", str(path))
    mode = path.stat().st_mode & 0o777
    if os.name == "posix":
        open_to = mode & 0o077
        yield (
            Row("mode", "bad", ground.say("doctor.readable", mode=f"{mode:04o}", path=path))
            if open_to
            else Row("mode", "ok", f"{mode:04o}")
        )
    found = _store.format_found(path)
    if found != _store.FORMAT:
        key, state = ("doctor.older_format", "note") if found < _store.FORMAT else ("doctor.newer_format", "bad")
        yield Row("format", state, ground.say(key, found=found, known=_store.FORMAT))
        return
    yield Row("format", "ok", str(found))
    verdict = _store.verify(path, None, ground.lang)
    yield Row("seals", "ok" if verdict.ok else "bad", repr(verdict))


def _folder(ground: Ground) -> Iterator[Row]:
    """The journal's folder: can be written, lies on this machine, has room, and nothing was left there."""
    place = ground.path.resolve()
    folder = place.parent
    if not folder.is_dir():
        yield Row("folder", "bad", ground.say("doctor.no_folder", path=folder))
        return
    can = os.access(folder, os.W_OK)
    yield Row("folder", "ok" if can else "bad", str(folder) if can else ground.say("doctor.unwritable", path=folder))
    kind = _store.network_of(ground.path)
    yield Row("drive", "bad", _words.say("ui.network", ground.lang, kind=kind)) if kind else Row("drive", "ok", ground.say("doctor.local"))
    size = ground.path.stat().st_size if ground.path.exists() else 0
    free, needed = shutil.disk_usage(folder).free, COPIES * size + SPARE
    yield Row("space", "ok" if free >= needed else "bad", ground.say("doctor.space", free=free // 1024**2, needed=needed // 1024**2))
    left = sorted({one.name for pattern in LEFT_OVER for one in folder.glob(pattern.format(name=glob.escape(place.name)))})
    yield Row("left_over", "note" if left else "ok", ", ".join(left) or ground.say("doctor.nothing"))


def _lock(ground: Ground) -> Iterator[Row]:
    holder = _store.held_by(ground.path)
    yield Row("lock", "note", ground.say("doctor.held", pid=holder)) if holder else Row("lock", "ok", ground.say("doctor.free"))


# --- the clock and the law


def _clock(ground: Ground) -> Iterator[Row]:
    """The moment, whether it is pinned, and whether it can be right: the journal and the facts were written before it."""
    now = _dates.now()
    shown = _words.show_date(now, ground.lang)
    yield Row("clock", "note", ground.say("doctor.pinned", now=shown)) if _dates.is_pinned() else Row("clock", "ok", shown)
    read = max(fact.reread for fact in _law.facts().values() if fact.reread)
    if now.year < read.year:
        yield Row("clock", "bad", ground.say("doctor.before_facts", now=shown, read=read))
    elif now.year > read.year + FACTS_AGE:
        yield Row("clock", "note", ground.say("doctor.after_facts", now=shown, read=read))


def _zone(ground: Ground) -> Iterator[Row]:
    """Time zone data that know summer time; where there are none at all, no module loads, and `ivplus doctor` says so."""
    winter, summer = (datetime(2026, month, 1, tzinfo=_dates.HELSINKI).utcoffset() for month in (1, 7))
    right = (winter, summer) == (timedelta(hours=2), timedelta(hours=3))
    yield Row("zone", "ok" if right else "bad", f"{_dates.HELSINKI} · {ground.say('doctor.zone' if right else 'doctor.wrong_zone')}")


def _last_entry(ground: Ground) -> Iterator[Row]:
    if not ground.path.exists() or _store.format_found(ground.path) != _store.FORMAT:
        return
    at = _store.Standpoint(ground.path, date.max, None, None, ground.lang)
    [latest] = _store.frame(at, "SELECT max(recorded_at) AS latest FROM journal")["latest"]
    if latest != latest:  # an empty journal
        return
    moment = latest.to_pydatetime().astimezone(_dates.HELSINKI)
    late = moment > _dates.now() + _store.CLOCK_SLACK
    shown = _words.show_date(moment, ground.lang)
    yield Row("last_entry", "bad", ground.say("doctor.from_future", latest=shown)) if late else Row("last_entry", "ok", shown)


def _facts(ground: Ground) -> Iterator[Row]:
    """How many facts nobody has compared with the official text, and which instruments are to be read again."""
    from ivplus_tools._state import State
    from ivplus_tools.law import findings as law

    unread, all_of = len(_law.unverified()), len(_law.facts())
    yield Row("facts", "note" if unread else "ok", ground.say("doctor.unread", count=unread, all=all_of))
    at = _store.Standpoint(ground.path, _dates.now().date(), None, None, ground.lang)
    old = [one.subject for one in law.findings(State(at, (), (), ())) if one.code == "LAW-002"]
    yield Row("reread", "note" if old else "ok", ", ".join(old) or ground.say("doctor.all_reread"))


# --- what documents, charts and notebooks need


def _fonts(ground: Ground) -> Iterator[Row]:
    found = util.find_spec("matplotlib")
    font = Path(found.origin).parent / FONT if found and found.origin else FONT
    yield (
        Row("fonts", "ok", f"matplotlib: {font.name}")
        if font.is_file()
        else Row("fonts", "bad", ground.say("doctor.no_font", path=font.name))
    )
    yield Row("fonts", "ok", ground.say("doctor.embedded")) if _version("typst") else Row("fonts", "note", ground.say("doctor.no_pdf"))


def _browser(ground: Ground) -> Iterator[Row]:
    found = os.environ.get("IVPLUS_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    yield Row("browser", "ok", found) if found else Row("browser", "note", ground.say("doctor.no_browser"))


def _jupyter(ground: Ground) -> Iterator[Row]:
    """No news, no update checks, and forms that answer in order, by the settings that `ivplus lab` writes."""
    from ivplus_tools.cli.house import LAB_SETTINGS

    files = {ground.settings / plugin: wanted for plugin, wanted in LAB_SETTINGS.items()}
    if not any(file.is_file() for file in files):
        yield Row("jupyter", "note", ground.say("doctor.no_lab"))
        return
    changed = [file for file, wanted in files.items() if not _is_set(file, wanted)]
    if changed:
        yield Row("jupyter", "note", ground.say("doctor.not_quiet", path=", ".join(map(str, changed))))
    else:
        yield Row("jupyter", "ok", ground.say("doctor.quiet"))


def _is_set(file: Path, wanted: Mapping[str, object]) -> bool:
    """Whether a file of settings says what is wanted; it may hold comments."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return all(re.search(rf'"{name}":\s*"?{str(value).lower()}"?', text, re.IGNORECASE) for name, value in wanted.items())


CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", _python), ("lock_file", _locked), ("packages", _packages), ("extra", _extras), ("folder", _folder), ("lock", _lock),
    ("journal", _journal), ("clock", _clock), ("zone", _zone), ("last_entry", _last_entry), ("facts", _facts), ("fonts", _fonts),
    ("browser", _browser), ("jupyter", _jupyter),
)  # fmt: skip
