"""An evidence pack, opened: whole, of this journal, and what it answered then."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ivplus_tools import _compare, _shipped, _store, _words
from ivplus_tools._store import Standpoint
from ivplus_tools.audit import verify

CODE = (".py", ".sql", ".toml", ".typ")


@dataclass(frozen=True)
class Opened:
    """A pack that is whole: its name, its files and its manifest."""

    name: str
    files: dict[str, bytes]
    manifest: dict[str, Any]

    @property
    def hash(self) -> str:
        """The SHA-256 of the manifest, by which the next pack and a sign-off name it."""
        return hashlib.sha256(self.files[verify.MANIFEST]).hexdigest()

    def turns(self, ask: Callable[[], _compare.Answers]) -> list[_compare.Turn]:
        """What the same question answers otherwise today than in the pack: the facts were edited, or the code changed."""
        stored = {(room, subject, what): said for room, subject, what, said in json.loads(self.files["answers.json"])}
        release = f"{self.manifest['versions']['ivplus-tools']} → {version('ivplus-tools')}"
        with tempfile.TemporaryDirectory(prefix="ivplus-") as folder:
            for name, content in self.files.items():
                if name.startswith("facts/"):
                    (Path(folder) / Path(name).name).write_bytes(content)
            return list(_compare.versions(stored, ask, Path(folder), release))


def opened(path: Path, lang: str, at: Standpoint | None = None) -> Opened:
    """A pack; one that is missing, not whole, or (with `at`) of another journal is refused."""
    if not path.is_file():
        raise _words.refusal("no_pack", path=path)
    read = verify.read(path)
    faults, _ = verify.checked(path, read)
    if faults:
        raise _words.refusal("pack_broken", path=path.name, fault=told(faults, lang)[0])
    found = opened_of(path.name, read[0])
    journal = found.manifest["journal"]
    if at is not None and journal["last"]:
        entries = {one.entry: one.seal for one in _store.every(replace(at, known_at=None))}
        if entries.get(journal["last"]) != journal["head"]:
            raise _words.refusal("pack_of_another", path=path.name)
    return found


def opened_of(name: str, files: dict[str, bytes]) -> Opened:
    """The files of a pack that were read and checked."""
    return Opened(name, files, json.loads(files[verify.MANIFEST]))


def rebuilt(path: Path, found: Opened, at: Standpoint, notebook: str | Path | None = None) -> Opened:
    """The same pack made anew from a journal: the audit of its day, by a process of its own that knows nothing of this one."""
    told, name = found.manifest, found.manifest["previous"] and Path(found.manifest["previous"]["pack"]).name
    command = [sys.executable, "-m", "ivplus_tools", "audit", "--desk", str(at.path), "--fail-on", "never", "--lang", told["lang"]]
    command += ["--as-of", told["as_of"], "--known", told["known"]]
    command += [] if told["compared_with"].endswith(".zip") else ["--since", told["compared_with"]]
    command += ["--notebook", str(Path(notebook).absolute())] if notebook is not None else []
    with tempfile.TemporaryDirectory(prefix="ivplus-") as folder:
        if name:
            if not path.with_name(name).is_file():
                raise _words.refusal("pack_before_missing", path=found.name, missing=name)
            shutil.copy(path.with_name(name), folder)
        made = subprocess.run([*command, "--out", folder], capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603
        place = Path(folder) / found.name
        if not place.is_file():
            lines = made.stderr.strip().splitlines() or made.stdout.strip().splitlines() or ["–"]
            raise _words.refusal("pack_not_rebuilt", path=found.name, reason=lines[-1])
        return opened(place, at.lang)


def demand_same(found: Opened, again: Opened) -> None:
    """Refuse a pack that differs from what the same journal gives, or whose code or libraries are not those of now."""
    was, now = found.manifest, again.manifest
    other = [f"{name} {was['versions'].get(name)} → {one}" for name, one in now["versions"].items() if was["versions"].get(name) != one]
    if other or was["code"] != now["code"]:
        raise _words.refusal("pack_other_code", path=found.name, what=", ".join(other) or "ivplus-tools")
    if differing := sorted(name for name in {*found.files, *again.files} if found.files.get(name) != again.files.get(name)):
        raise _words.refusal("pack_says_other", path=found.name, files=", ".join(differing[:5]))


def code() -> str:
    """The SHA-256 of all the toolkit's code, queries, facts and words: what gives the same answers is the same."""
    found, folder = hashlib.sha256(), _shipped.PACKAGE
    for path in sorted(one for one in folder.rglob("*") if one.suffix in CODE):
        if path.relative_to(folder).parts[0] in _shipped.FOLDERS:
            continue  # an installed package holds them, and the same code is the same without
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def told(faults: Iterable[verify.Fault], lang: str) -> list[str]:
    """What is wrong with a pack, a line each."""
    return [_words.say(f"pack_fault.{fault}", lang, where=where) for fault, where in faults]
