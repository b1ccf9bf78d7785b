"""The documentation's code is run, what it shows is what it says, and the README's first answer comes early."""

import ast
import contextlib
import io
import re

import pytest
from house import FULL, ROOT

import ivplus_tools as ivp
from ivplus_tools import _words

BLOCK = re.compile(r"```python\n(.*?)```(?:\s*```text\n(.*?)```)?", re.S)


AS_IN_FINNISH = set() if FULL else {"officer.en.md-1"}
"""A whole year with its audit, which runs in the Finnish guide; here the same calls are demanded, and `make faults` runs both."""
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]


def chains():
    """Blocks that build on each other, with what stands below them as shown: one that imports the toolkit starts anew."""
    for path in PAGES:
        found = []
        for block, shown in BLOCK.findall(path.read_text(encoding="utf-8")):
            if "import ivplus_tools" in block:
                found.append([])
            found[-1].append((block, shown))
        numbered = [(f"{path.name}-{number}", chain) for number, chain in enumerate(found)]
        yield from (pytest.param(path.name, chain, id=name) for name, chain in numbered if name not in AS_IN_FINNISH)


def said(block, name, space):
    """Run a block as a cell of a notebook: what it prints, and its last expression."""
    tree, out = ast.parse(block, name), io.StringIO()
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(out):
        exec(compile(tree, name, "exec"), space)
        value = eval(compile(last, name, "eval"), space) if last else None
    return [" ".join(line.split()) for line in f"{out.getvalue()}\n{value!r}".splitlines()]


def test_the_first_answer_stands_before_line_30():
    """A stranger sees what it does without scrolling."""
    head = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any("ivp.sample" in line for line in head)
    assert any("REG-0" in line for line in head)


def test_the_two_commands_are_those_of_the_makefile():
    """`make lab` and `make test`, and the same steps without make."""
    readme, make = (ROOT / "README.md").read_text(encoding="utf-8"), (ROOT / "Makefile").read_text()
    for target in ("lab", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", make, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize(("name", "chain"), list(chains()))
def test_the_code_of_documentation_runs_and_shows_what_stands_below_it(name, chain, tmp_path, monkeypatch):
    """Every python block of README and docs, in a folder that holds nothing but the samples; … stands for anything."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.setenv("IVPLUS_NOW", "2026-03-02T09:00")
    for name_of in ("IVPLUS_DESK", "IVPLUS_BY", "IVPLUS_LANG"):  # a reader has none of them
        monkeypatch.delenv(name_of, raising=False)
    space = {}
    for block, shown in chain:
        lines = said(block, name, space)
        for line in shown.splitlines():
            wanted = re.escape(" ".join(line.split())).replace("…", ".*")
            assert any(re.fullmatch(wanted, one) for one in lines), f"{line!r} is not among:\n" + "\n".join(lines)


def test_the_guides_make_the_same_calls_in_both_languages():
    """Names and texts are of the language, what is called is not."""
    calls = {}
    for name in ("officer.fi.md", "officer.en.md"):
        code = "\n".join(block for block, _ in BLOCK.findall((ROOT / "docs" / name).read_text(encoding="utf-8")))
        calls[name] = [node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)]
    assert len(calls["officer.fi.md"]) > 20
    assert calls["officer.fi.md"] == calls["officer.en.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    """A file of the project, and a heading of it where one is named."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        there = path.parent / name if name else path
        assert there.is_file(), target
        heads = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}, target


def test_the_two_readers_and_the_findings_are_linked_from_each_other():
    """From the README to each, and from each to the others."""
    pages = ("officer.fi.md", "officer.en.md", "lawyer.md", "findings.md")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert f"](docs/{page})" in readme
        assert all(f"]({other})" in text for other in pages if other != page), page


def test_every_test_that_reliability_names_is_there():
    """A row of docs/reliability.md whose test was renamed or removed promises nothing."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")))
    there = {one for path in (ROOT / "tests").rglob("*.py") for one in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))}
    assert len(named) > 30
    assert named <= there


def test_the_page_of_the_notices_promises_names_only_what_there_is():
    """Each code of a finding and each verb on it exists, and a promise that nothing keeps yet says so."""
    page = (ROOT / "docs" / "notice.fi.md").read_text(encoding="utf-8")
    known = set(_words.read("findings"))
    assert set(re.findall(r"[A-Z]{3}-\d{3}", page)) <= known
    desk = ivp.Desk("nowhere.duckdb")
    for room, verb in re.findall(r"desk\.(\w+)\.(\w+)\(", page):
        assert callable(getattr(getattr(desk, room), verb)), (room, verb)
    rows = [line for line in page.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 25
    assert 8 <= sum("ei vielä" in row for row in rows) < len(rows)
