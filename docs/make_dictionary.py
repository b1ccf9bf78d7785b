"""Write docs/dictionary.md from the records themselves; with --check, only say whether it is current."""

import sys
from pathlib import Path

from ivplus_tools import _records
from ivplus_tools.rooms import ROOMS

HERE = Path(__file__).parent / "dictionary.md"


def content() -> str:
    """The dictionary: every field of every record."""
    lines = [
        "# Data dictionary",
        "",
        'Written by `make refresh` from the records; do not edit. In a notebook: `ivp.describe("activity")`.',
        "Findings: [findings.md](findings.md).",
        "",
    ]
    for room in ROOMS.values():
        for kind in room.records:
            lines += [
                f"## {kind.kind}",
                "",
                (kind.__doc__ or "").strip(),
                "",
                "| field | fi | sv | en | rule | answers | values |",
                "|---|---|---|---|---|---|---|",
            ]
            swedish, finnish = ({row[0]: row[1] for row in _records.describe(kind.kind, lang)} for lang in ("sv", "fi"))
            for path, label, rule, answers, values, _ in _records.describe(kind.kind, "en"):
                cells = (f"`{path}`", finnish[path], swedish[path], label, f"`{rule}`" if rule else "", answers, values)
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
            lines.append("")
    return "\n".join(lines)


def finish(here: Path, page: str) -> None:
    """Write a page; with --check, only say whether it is current."""
    if "--check" in sys.argv:
        current = here.exists() and here.read_text(encoding="utf-8") == page
        if not current:
            sys.exit(f"{here.name} is not current: run `make refresh`")
        return
    here.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    finish(HERE, content())
