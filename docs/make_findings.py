"""Write docs/findings.md from the words and the facts: every finding with its rule; with --check, only say whether it is current."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from make_dictionary import finish

from ivplus_tools import _law, _words
from ivplus_tools.documents.markdown import escaped

HERE = Path(__file__).parent / "findings.md"
HEAD = """# Findings

Written by `make refresh` from `ivplus_tools/words/` and `ivplus_tools/facts/`; do not edit. What to do about a finding:
[officer.en.md](officer.en.md), in Finnish [officer.fi.md](officer.fi.md); how a rule is read and changed: [lawyer.md](lawyer.md);
the fields: [dictionary.md](dictionary.md). In a notebook `ivp.cite("gdpr:6(1)")` opens a rule, at the shell
`ivplus rule CODE` a finding.

- A word in braces is filled in from the record.
- `error`: something that is asked for is missing, late or contradicts itself; `warning`: it is likely so, or soon; `info`: worth knowing.
- *from the fact*: rule and severity stand in the facts, so that a change of law changes them from its day on. Elsewhere they stand
  with the sentence.
- The rule here is the one behind the code. Where one decision, set of clauses or statute decides, the finding itself names that one.
- What a rule asks is in our own words; the address is that of the official text.
"""


def content() -> str:
    """The page: rooms, and in each its codes in order."""
    asking = _asking()
    lines = [HEAD]
    for room in dict.fromkeys(_words.rooms().values()):
        lines.append(f"## {_words.values('room')[room]['en'].capitalize()}\n")
        for code, entry in _words.read("findings").items():
            if _words.room_of(code) == room:
                lines += [
                    f"### {code}\n",
                    *(f"- **{lang}** {_shown(entry[lang])}" for lang in _words.LANGS),
                    *_rules(entry, asking[code]),
                    "",
                ]
    return "\n".join(lines)


def _asking() -> dict[str, list[tuple[_law.Fact, dict[str, Any]]]]:
    """Which facts ask with which code, and with which value; of every day, so that the page does not age. Proposals ask nothing."""
    found = defaultdict(list)
    for one in _law.facts().values():
        for value in one.history:
            if "finding" in value:
                found[value["finding"]].append((one, value))
    return found


def _rules(entry: dict[str, Any], asking: list[tuple[_law.Fact, dict[str, Any]]]) -> Iterator[str]:
    """A line per rule behind a finding: severity, what it asks, where its text is."""
    if "rule" in entry:
        yield f"- **{entry['severity']}** · {_told(_law.fact(entry['rule']))}"
    for fact, value in asking:
        who = f" in a {value['role']}'s record" if "role" in value else ""
        days = f"since {_day(value['from'])}" + (f" until {_day(value['until'])}" if "until" in value else "")
        yield f"- **{value['if_empty']}**, *from the fact*, for `{value['record']}.{value['field']}`{who}, {days} · {_told(fact)}"


def _told(fact: _law.Fact) -> str:
    """A rule with its name, what it asks, and its source as a link where it has an address of its own."""
    source = f"[official text]({fact.source})" if re.fullmatch(r"https?://[^\s()]+", fact.source) else f"source: {_shown(fact.source)}"
    unread = "" if fact.verified else "; nobody has compared it yet"
    return f"`{fact.rule}` {_shown(fact.name['en'])}: {_shown(fact.says['en'])} ({source}{unread})"


def _shown(text: str) -> str:
    """A text whose signs, braces too, Markdown takes for text."""
    return re.sub(r"[{}]", lambda sign: "\\" + sign[0], escaped(text))


def _day(day: date) -> str:
    return _words.show_date(day, "en", running=True)


if __name__ == "__main__":
    finish(HERE, content())
