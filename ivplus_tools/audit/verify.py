"""Check an evidence pack with Python 3.9 or newer and nothing else: `python3 verify.py PACK [earlier packs] --expect HASH`.

Exit 0: whole. 1: not. 2: cannot be read. 3: nothing wrong was found, but something was not checked: HASH was not given, so that a pack made
anew from end to end would look the same, or a pack before this one is not at hand, so that its register was not derived.

Checked are every byte of the archive, the SHA-256 of each file, the seals of the journal's entries, the chain to the earlier packs, that
the register is what these entries give, and that the counts of report, findings and register agree. That sentences and files are those
of the day is proved by the hash of the manifest alone: HASH comes from a sign-off, a later pack or a paper, never from the pack itself.
Take this file from another pack if you do not trust the one in this.
"""

from __future__ import annotations

import hashlib
import html.parser
import io
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

FORMAT = 1
SHORTEST = 16
MANIFEST, SEALED = "manifest.json", "manifest.sha256"
NEEDED = (
    "README.txt",
    "answers.json",
    "findings.csv",
    "findings.json",
    "journal.jsonl",
    "register.json",
    "report.html",
    "report.ipynb",
    "verify.py",
)
KEYS = {"entry", "room", "kind", "subject", "valid_from", "recorded_at", "recorded_by", "why", "body", "seal"}
WITHDRAWAL = "withdrawal"
EPOCH = (1980, 1, 1, 0, 0, 0)
LARGEST = 2_000_000_000
Fault = tuple[str, str]
"""What is wrong (archive, missing, extra, content, manifest, seal, chain, counts, register) and where."""


class NotThere(Exception):
    """A pack before this one is not at hand."""


def packed(files: dict[str, bytes]) -> bytes:
    """The one archive of these files: stored, sorted, without times, so that the same content is always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def read(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    """The files of a pack, or of a folder that it was unpacked into, and what is wrong with the archive itself."""
    try:
        if path.is_dir():
            return {one.relative_to(path).as_posix(): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}, []
        if not path.is_file() or path.stat().st_size > LARGEST:
            return {}, [("archive", "no file of a fitting size")]
        return unpacked(path.read_bytes())
    except OSError as error:
        return {}, [("archive", error.strerror or str(error))]


def unpacked(content: bytes) -> tuple[dict[str, bytes], list[Fault]]:
    """The files of an archive; one that is compressed, named strangely or spoilt is not read."""
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.compress_type != zipfile.ZIP_STORED:
                    return {}, [("archive", "packed anew by another program; take the pack as it was given")]
                if not re.fullmatch(r"(facts/)?[A-Za-z0-9_]+\.[a-z0-9]+", info.filename):
                    faults.append(("extra", info.filename))
                    continue
                try:
                    files[info.filename] = archive.read(info)
                except Exception as error:  # whatever a spoilt header makes of it, the file is named
                    faults.append(("content", f"{info.filename} ({error})"))
        again = packed(files)
    except Exception as error:  # as above
        return {}, [("archive", str(error))]
    if content != again and not faults:
        shorter = min(len(content), len(again))
        place = next((at for at in range(shorter) if content[at] != again[at]), shorter)
        faults.append(("archive", f"byte {place}"))
    return files, faults


def check(path: Path, earlier: list[Path] | None = None) -> list[Fault]:
    """Everything that is wrong with a pack, without a word of what could not be checked; see `checked`."""
    return checked(path, read(path), earlier)[0]


def checked(path: Path, found: tuple[dict[str, bytes], list[Fault]], earlier: list[Path] | None = None) -> tuple[list[Fault], str | None]:
    """What is wrong with a pack as it was read (`read`, `unpacked`), and the earlier pack that is not at hand.

    Earlier packs that lie beside its path are found by their name. The pack itself is not read again: what is told is told of these bytes.
    """
    try:
        files, faults = found[0], list(found[1])
        manifest = _manifest(files, faults)
        if manifest is None:
            return list(dict.fromkeys(faults)), None
        faults += _hashes(files, manifest)
        entries = _entries(files["journal.jsonl"])
        faults += _seals(entries, manifest["journal"])
        faults += _counts(files, manifest)
        try:
            before = _before(path, manifest, earlier or [], faults, {path.name})
            faults += _register(files, manifest, [*before, *entries])
        except NotThere as missing:
            return list(dict.fromkeys(faults)), str(missing)
    except Exception as error:  # what a spoilt file raises is no matter: it is told, and nothing is passed
        return list(dict.fromkeys(faults)) or [("content", f"{type(error).__name__}: {error}")], None
    return list(dict.fromkeys(faults)), None


def loaded(content: bytes) -> Any:
    """JSON in which no key stands twice: what one reader takes for the value, every reader does."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    return json.loads(content, object_pairs_hook=once)


def _manifest(files: dict[str, bytes], faults: list[Fault]) -> dict[str, Any] | None:
    """The manifest, if it is what its own hash says and names what every pack has."""
    if missing := [name for name in (MANIFEST, SEALED) if name not in files]:
        faults += [("missing", name) for name in missing]
        return None
    if files[SEALED] != (hashlib.sha256(files[MANIFEST]).hexdigest() + f"  {MANIFEST}\n").encode():
        faults.append(("manifest", f"{MANIFEST}, {SEALED}"))
    told: dict[str, Any] = loaded(files[MANIFEST])
    if told["format"] != FORMAT:
        faults.append(("manifest", f"format {told['format']}"))
    faults += [("missing", name) for name in NEEDED if name not in told["files"]]
    return told


def _hashes(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Fault]:
    """Every file that the manifest names, and no other."""
    named: dict[str, str] = manifest["files"]
    here = set(files) - {MANIFEST, SEALED}
    faults = [("missing", name) for name in sorted(set(named) - here)] + [("extra", name) for name in sorted(here - set(named))]
    return faults + [("content", name) for name in sorted(here & set(named)) if hashlib.sha256(files[name]).hexdigest() != named[name]]


def _entries(content: bytes) -> list[dict[str, Any]]:
    """The entries of the journal, each in the one form in which it is written."""
    found = [loaded(line) for line in content.split(b"\n") if line]
    for one in found:
        if set(one) != KEYS:
            raise ValueError(f"journal.jsonl: entry {one.get('entry')}")
    if content != b"".join(_text(one) + b"\n" for one in found):
        raise ValueError("journal.jsonl: another form")
    return found


def _text(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _seals(entries: list[dict[str, Any]], journal: dict[str, Any]) -> list[Fault]:
    """Each entry is sealed to the one before, from the seal before the first to the head."""
    seal, number = journal["before"], journal["first"]
    for one in entries:
        content = [
            seal, one["entry"], one["room"], one["kind"], one["subject"], one["valid_from"], one["recorded_at"], one["recorded_by"],
            one["why"], one["body"],
        ]  # fmt: skip
        if one["entry"] != number or hashlib.sha256(_text(content)).hexdigest() != one["seal"]:
            return [("seal", f"{one['entry']}")]
        seal, number = one["seal"], number + 1
    return [] if (seal, number - 1) == (journal["head"], journal["last"]) else [("seal", f"{number - 1}")]


class _Rows(html.parser.HTMLParser):
    """The rows of every table of a page, as the texts of their cells; a tag that runs something is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.runs = False
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row, or a cell of one."""
        self.runs = self.runs or tag in ("script", "iframe", "object", "embed") or any(name.startswith("on") for name, _ in attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """The end of a cell."""
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        """The text of a cell."""
        if self._inside:
            self.rows[-1][-1] += data


def _counts(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Fault]:
    """What the report and the manifest count is what the register and the findings hold; the page runs nothing."""
    page = _Rows()
    page.feed(files["report.html"].decode())
    rows = {tuple(row[-2:]) for row in page.rows}
    held = Counter(one["kind"] for one in loaded(files["register.json"])["records"])
    told = {kind: count for kind, _, count in manifest["counts"]}
    faults = [("counts", f"register.json: {kind}") for kind in sorted({*held, *told}) if held[kind] != told.get(kind, 0)]
    faults += [("counts", f"report.html: {label}") for _, label, count in manifest["counts"] if (label, str(count)) not in rows]
    findings = loaded(files["findings.json"])
    found, left = (Counter(one["severity"] for one in findings if every or one["state"] != "accepted") for every in (True, False))
    for name, counted in (("findings", found), ("open", left)):
        faults += [("counts", f"findings.json: {one}") for one in ("error", "warning", "info") if counted[one] != manifest[name][one]]
    return [*faults, *([("content", "report.html")] if page.runs else [])]


def _before(path: Path, manifest: dict[str, Any], earlier: list[Path], faults: list[Fault], seen: set[str]) -> list[dict[str, Any]]:
    """The entries before this pack's, from the earlier packs, each checked in its turn; raises NotThere where one is not at hand."""
    previous, journal = manifest["previous"], manifest["journal"]
    if previous is None:
        if journal["first"] != 1 or journal["before"]:
            faults.append(("chain", "previous"))
        return []
    name = str(previous["pack"])
    found = {one.name: one for one in [path.parent / Path(name).name, *earlier]}.get(name)
    if name in seen or name != Path(name).name:
        faults.append(("chain", name))
        return []
    if found is None or not found.is_file():
        raise NotThere(name)
    files, spoilt = read(found)
    told = _manifest(files, spoilt)
    if spoilt or told is None or hashlib.sha256(files[MANIFEST]).hexdigest() != previous["manifest"]:
        faults.append(("chain", name))
        return []
    entries = _entries(files["journal.jsonl"])
    if _hashes(files, told) or _seals(entries, told["journal"]):
        faults.append(("chain", name))
    if (told["journal"]["last"] + 1, told["journal"]["head"]) != (journal["first"], journal["before"]):
        faults.append(("chain", f"{name}: {journal['first']}"))
    return [*_before(found, told, earlier, faults, {*seen, name}), *entries]


def _register(files: dict[str, bytes], manifest: dict[str, Any], entries: list[dict[str, Any]]) -> list[Fault]:
    """The register is what stands on the day, each record once: the latest day, then the latest entry, none taken back."""
    decided: dict[tuple[str, str], dict[str, Any]] = {}
    withdrawn = {loaded(one["body"])["entry"] for one in entries if one["kind"] == WITHDRAWAL}
    for one in sorted(entries, key=lambda one: (one["valid_from"], one["entry"])):
        if one["valid_from"] <= manifest["as_of"] and one["kind"] != WITHDRAWAL and one["entry"] not in withdrawn:
            decided[one["kind"], one["subject"]] = one
    wanted = {
        key: {"kind": key[0], "id": key[1], "valid_from": one["valid_from"], **loaded(one["body"])}
        for key, one in decided.items()
        if one["body"] is not None
    }
    records = loaded(files["register.json"])["records"]
    told = {(one["kind"], one["id"]): one for one in records}
    faults = [("register", "/".join(key)) for key in sorted({*wanted, *told}) if wanted.get(key) != told.get(key)]
    return faults + ([("register", "register.json")] if len(records) != len(told) else [])


def is_expected(files: dict[str, bytes], expected: str) -> bool:
    """Whether the manifest has the hash that somebody outside has kept; its first 16 signs are enough."""
    sought = expected.strip().lower()
    return len(sought) >= SHORTEST and hashlib.sha256(files[MANIFEST]).hexdigest().startswith(sought)


def main(arguments: list[str]) -> int:
    """Check the pack, or the folder around this file, and say what was found and what was not looked at."""
    given, expected = list(arguments), None
    if "--expect" in given:
        place = given.index("--expect")
        expected = "".join(given[place + 1 : place + 2])
        del given[place : place + 2]
    path, *earlier = [Path(one) for one in given] or [Path(__file__).parent]
    if not path.is_dir() and not path.is_file():
        print(f"{path.name!a}: no such file", file=sys.stderr)
        return 2
    found = read(path)
    files = found[0]
    faults, missing = checked(path, found, earlier)
    if not faults and expected is not None and not is_expected(files, expected):
        faults = [("manifest", "its hash is not the one that was expected")]
    for fault, where in faults:
        print(f"{ascii(path.name)[1:-1]}: {fault}: {ascii(where)[1:-1]}")
    if faults:
        print(f"{ascii(path.name)[1:-1]}: NOT WHOLE")
        return 1
    _tell(path.name, files, expected, missing)
    return 3 if missing or expected is None else 0


def _tell(name: str, files: dict[str, bytes], expected: str | None, missing: str | None) -> None:
    """What was found, and in the same place what was not checked."""
    journal = json.loads(files[MANIFEST])["journal"]
    verdict = "whole" if expected is not None else "nothing wrong within it"
    entries = f"{journal['first']}-{journal['last']}, head {journal['head']}"
    print(ascii(f"{name}: {verdict}; {len(files) - 2} files, entries {entries}")[1:-1])
    print(f"hash of the manifest: {hashlib.sha256(files[MANIFEST]).hexdigest()}")
    if expected is None:
        print("NOT checked: that this is the pack that was made. Give its hash from a sign-off, a later pack or a paper: --expect HASH")
    if missing:
        print(f"NOT checked: the register and the chain, because {ascii(missing)[1:-1]} is not here")


if __name__ == "__main__":
    if sys.version_info < (3, 9):  # noqa: UP036  an outsider runs it with the Python that is there
        sys.exit("Python 3.9 or newer is needed")
    sys.exit(main(sys.argv[1:]))
