"""Write the rules that nobody has compared into docs/lawyer.md; with --check, only say whether the list is current."""

from pathlib import Path

from make_dictionary import finish

from ivplus_tools import _law
from ivplus_tools.documents.markdown import escaped

HERE = Path(__file__).parent / "lawyer.md"
BEGIN, END = "<!-- rules not compared, written by `make refresh` -->\n", "<!-- end of the rules not compared -->\n"


def content() -> str:
    """The page as it is, with the list between its marks."""
    before, rest = HERE.read_text(encoding="utf-8").split(BEGIN)
    rows = ["| rule | name | what to look up, and where |", "|---|---|---|"]
    rows += [f"| `{one.rule}` | {escaped(one.name['en'])} | {escaped(one.note['en'])} |" for one in _law.unverified()]
    return before + BEGIN + "\n" + "\n".join(rows) + "\n\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    finish(HERE, content())
