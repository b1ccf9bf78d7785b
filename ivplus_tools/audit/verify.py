"""Check an evidence pack with nothing but Python: `python3 verify.py audit-2026-09-30.zip [earlier packs]`. Exit 0 whole, 1 not, 2 unread.

Checked are every byte of the archive, the SHA-256 of each file, the seals of the journal's entries, the chain to the earlier packs, and
that the counts in the report, the findings and the register are those of the journal. A copy of this file lies in every pack; take another
copy if you do not trust that one.
"""

from __future__ import annotations

import hashlib
import html.parser
import io
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, SEALED = "manifest.json", "manifest.sha256"
EPOCH = (1980, 1, 1, 0, 0, 0)
Fault = tuple[str, str]
"""What is wrong (archive, missing, extra, content, manifest, seal, chain, counts, register) and where."""


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
    if path.is_dir():
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}, []
    content, files, faults = path.read_bytes(), {}, []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                try:
                    files[info.filename] = archive.read(info)
                except Exception as error:
                    faults.append(("content", f"{info.filename} ({error})"))
    except Exception as error:
        return {}, [("archive", str(error))]
    again = packed(files)
    if content != again and not faults:
        place = next((at for at, (one, two) in enumerate(zip(content, again, strict=False)) if one != two), min(len(content), len(again)))
        faults.append(("archive", f"byte {place}"))
    return files, faults


def check(path: Path, earlier: list[Path] | None = None) -> list[Fault]:
    """Everything that is wrong with a pack. Earlier packs that lie beside it are found by their name."""
    files, faults = read(path)
    if not files:
        return faults
    manifest = _manifest(files, faults)
    if manifest is None:
        return faults
    faults += _hashes(files, manifest)
    try:
        entries = [json.loads(line) for line in files["journal.jsonl"].decode().split("\n") if line]
        faults += _seals(entries, manifest["journal"])
        faults += _counts(files, manifest)
        before = _before(path, manifest, earlier or [], faults)
        if before is not None:
            faults += _register(files, manifest, [*before, *entries])
    except Exception as error:
        faults.append(("content", f"{type(error).__name__}: {error}"))
    return list(dict.fromkeys(faults))


def _manifest(files: dict[str, bytes], faults: list[Fault]) -> dict[str, Any] | None:
    """The manifest, if it is what its own hash says."""
    found = {name for name in (MANIFEST, SEALED) if name in files}
    faults += [("missing", name) for name in sorted({MANIFEST, SEALED} - found)]
    if len(found) < 2:
        return None
    if files[SEALED].decode(errors="replace") != hashlib.sha256(files[MANIFEST]).hexdigest() + f"  {MANIFEST}\n":
        faults.append(("manifest", f"{MANIFEST}, {SEALED}"))
    try:
        told: dict[str, Any] = json.loads(files[MANIFEST])
        if told["format"] != FORMAT:
            faults.append(("manifest", f"format {told['format']}"))
    except (ValueError, KeyError, TypeError) as error:
        faults.append(("manifest", str(error)))
        return None
    return told


def _hashes(files: dict[str, bytes], manifest: dict[str, Any]) -> list[Fault]:
    """Every file that the manifest names, and no other."""
    named: dict[str, str] = manifest.get("files", {})
    here = set(files) - {MANIFEST, SEALED}
    faults = [("missing", name) for name in sorted(set(named) - here)] + [("extra", name) for name in sorted(here - set(named))]
    return faults + [("content", name) for name in sorted(here & set(named)) if hashlib.sha256(files[name]).hexdigest() != named[name]]


def _seals(entries: list[dict[str, Any]], journal: dict[str, Any]) -> list[Fault]:
    """Each entry is sealed to the one before, from the seal before the first to the head."""
    seal, number = journal["before"], journal["first"]
    for one in entries:
        content = [
            seal, one["entry"], one["room"], one["kind"], one["subject"], one["valid_from"], one["recorded_at"], one["recorded_by"],
            one["why"], one["body"],
        ]  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if one["entry"] != number or hashlib.sha256(text.encode()).hexdigest() != one["seal"]:
            return [("seal", f"{one['entry']}")]
        seal, number = one["seal"], number + 1
    return [] if (seal, number - 1) == (journal["head"], journal["last"]) else [("seal", f"{number - 1}")]


class _Rows(html.parser.HTMLParser):
    """The rows of every table of a page, as the texts of their cells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, _: object) -> None:
        """A row, or a cell of one."""
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
    """What the report and the manifest count is what the register and the findings hold."""
    page = _Rows()
    page.feed(files["report.html"].decode())
    rows = {tuple(row[-2:]) for row in page.rows}
    held = Counter(one["kind"] for one in json.loads(files["register.json"])["records"])
    told = {kind: count for kind, _, count in manifest["counts"]}
    faults = [("counts", f"register.json: {kind}") for kind in sorted({*held, *told}) if held[kind] != told.get(kind, 0)]
    faults += [("counts", f"report.html: {label}") for _, label, count in manifest["counts"] if (label, str(count)) not in rows]
    found = Counter(one["severity"] for one in json.loads(files["findings.json"]))
    return faults + [("counts", f"findings.json: {one}") for one, count in manifest["findings"].items() if found[one] != count]


def _before(path: Path, manifest: dict[str, Any], earlier: list[Path], faults: list[Fault]) -> list[dict[str, Any]] | None:
    """The entries before this pack's, from the earlier packs; None where one of these is not at hand."""
    previous, journal = manifest["previous"], manifest["journal"]
    if previous is None:
        if journal["first"] != 1 or journal["before"]:
            faults.append(("chain", "previous"))
            return None
        return []
    places = {one.name: one for one in [path.parent / Path(previous["pack"]).name, *earlier]}
    found = places.get(previous["pack"])
    if found is None or not found.is_file():
        return None
    files, spoilt = read(found)
    told = json.loads(files.get(MANIFEST, b"null"))
    own = hashlib.sha256(files.get(MANIFEST, b"")).hexdigest()
    if spoilt or told is None or own != previous["manifest"]:
        faults.append(("chain", previous["pack"]))
        return None
    if (told["journal"]["last"] + 1, told["journal"]["head"]) != (journal["first"], journal["before"]):
        faults.append(("chain", f"{previous['pack']}: {journal['first']}"))
    rest = _before(found, told, earlier, faults)
    lines = files["journal.jsonl"].decode().split("\n")
    return None if rest is None else [*rest, *(json.loads(line) for line in lines if line)]


def _register(files: dict[str, bytes], manifest: dict[str, Any], entries: list[dict[str, Any]]) -> list[Fault]:
    """The register is what stands on the day by the journal: per kind and subject the latest day, then the latest entry."""
    decided: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sorted(entries, key=lambda one: (one["valid_from"], one["entry"])):
        if one["valid_from"] <= manifest["as_of"]:
            decided[one["kind"], one["subject"]] = one
    wanted = {
        key: {"kind": key[0], "id": key[1], "valid_from": one["valid_from"], **json.loads(one["body"])}
        for key, one in decided.items()
        if one["body"] is not None
    }
    told = {(one["kind"], one["id"]): one for one in json.loads(files["register.json"])["records"]}
    return [("register", "/".join(key)) for key in sorted({*wanted, *told}) if wanted.get(key) != told.get(key)]


def main(arguments: list[str]) -> int:
    """Check the pack, or the folder around this file, and say what was found."""
    path, *earlier = [Path(one) for one in arguments] or [Path(__file__).parent]
    try:
        faults = check(path, earlier)
    except OSError as error:
        print(f"{path.name}: cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    for fault, where in faults:
        print(f"{path.name}: {fault}: {where}")
    if not faults:
        manifest = json.loads(read(path)[0][MANIFEST])
        journal, previous = manifest["journal"], manifest["previous"]
        print(f"{path.name}: whole; {len(manifest['files'])} files, entries {journal['first']}-{journal['last']}, head {journal['head']}")
        print(f"previous pack: {previous['pack'] if previous else 'none'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
