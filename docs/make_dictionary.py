"""Write docs/dictionary.md from the records themselves; with --check, only say whether it is current."""

import sys
from pathlib import Path

from ivplus_tools import _records, _words, desk

HERE = Path(__file__).parent / "dictionary.md"


def content() -> str:
    """The dictionary: every field of every record and every finding."""
    lines = [
        "# Data dictionary",
        "",
        'Written by `make refresh` from the records; do not edit. In a notebook: `ivp.describe("activity")`.',
        "",
    ]
    for room in desk.ROOMS.values():
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
    lines += ["## Findings", "", "| code | severity | rule | en |", "|---|---|---|---|"]
    for code, entry in _words.read("findings").items():
        lines.append(f"| {code} | {entry.get('severity', 'by the fact')} | {entry.get('rule', 'by the fact')} | {entry['en']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        current = HERE.exists() and HERE.read_text(encoding="utf-8") == content()
        sys.exit(0 if current else "docs/dictionary.md is not current: run `make refresh`")
    HERE.write_text(content(), encoding="utf-8")
