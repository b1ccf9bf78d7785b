"""The rules of the house, checked from its files."""

import ast
import graphlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from house import ROOT

import ivplus_tools as ivp
from ivplus_tools import _words
from ivplus_tools.rooms import ROOMS as ROOM_TYPES

PACKAGE = ROOT / "ivplus_tools"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECKS = sorted((ROOT / "notebooks" / "checks").glob("*.ipynb"))
EVERY_NOTEBOOK = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
ORDER = [  # a module may import from those to its left
    "errors", "_shipped", "_html", "_words", "_places", "_law", "_dates", "_store", "_records", "_shown", "_progress", "_sources",
    "_persons", "_wordless", "_findings", "_state", "_room", "_compare",
    "documents", "exchange",
    "register", "review", "breach", "retention", "audit", "notice", "discovery", "rights", "marketing", "measures", "assessments",
    "law", "rooms", "desk", "agenda", "plots", "_notebooks", "evidence", "forms", "__init__", "cli", "__main__",
]  # fmt: skip
ROOMS = {name: f"{place}0" if place < 10 else f"9{place - 9}" for place, name in enumerate((one for one in ROOM_TYPES if one != "law"), 1)}
"""Each with the number of its notebook; the law has none."""
IN_HOUSE = set(ROOM_TYPES)
ONLY_HERE = {
    "duckdb": {"_store", "_sources"}, "sqlite3": {"_sources"}, "psycopg": {"_sources"}, "pyspark": {"_sources"}, "ipywidgets": {"forms"},
    "matplotlib": {"plots"}, "openpyxl": {"exchange", "_sources"}, "filelock": {"_store"},
    "holidays": {"_dates"}, "babel": {"_words", "_places"},
    "pydantic": {
        "_records", "register", "review", "breach", "retention", "audit", "discovery", "rights", "marketing", "measures", "assessments",
    },
    "rtoml": {"_law", "_words", "exchange", "discovery"},
    "bs4": {"exchange"}, "mistune": {"exchange"}, "icalendar": {"documents"}, "email": {"documents"},
    "yaml": {"exchange"}, "rdflib": {"exchange"},
    "python_calamine": {"exchange"}, "xlsxwriter": {"exchange"}, "docx": {"documents"}, "typst": {"documents"},
    "rfc3161_client": {"_store"}, "cryptography": {"_store"}, "nbclient": {"_notebooks"}, "nbformat": {"_notebooks"}, "click": {"cli"},
}  # fmt: skip


def name_of(path):
    """The module, or the package of a room, that a file belongs to."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path):
    """What a file imports, as dotted names, at any depth; for `from a import b` both a.b and a."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def type_checking_only(path):
    """Names imported only for the type checker."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for inner in ast.walk(ast.Module(node.body, [])):
                if isinstance(inner, ast.ImportFrom) and inner.module:
                    yield from (f"{inner.module}.{alias.name}" for alias in inner.names)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_run_one_way(path):
    """cli, forms -> door -> desk -> rooms -> floor -> errors; rooms never import rooms."""
    here = name_of(path)
    assert here in ORDER, f"{here} has no place in the house yet"
    for dotted in set(imports(path)) - set(type_checking_only(path)):
        if not dotted.startswith("ivplus_tools."):
            continue
        there = dotted.split(".")[1]
        if there == here or here == "__init__":
            continue
        assert there in ORDER, dotted
        assert ORDER.index(there) < ORDER.index(here), f"{here} imports {there}"
        assert not (here in IN_HOUSE and there in IN_HOUSE), f"room {here} imports room {there}"


@pytest.mark.parametrize("room", sorted(ROOM_TYPES))
def test_imports_within_a_room_run_down_from_its_face(room):
    """Face, then functions, then the state, then records; no circle, and nobody below names the room's class, not even for a type."""
    files = {path.stem: path for path in (PACKAGE / room).glob("*.py")}
    within = {}
    for name, path in files.items():
        asked = {
            dotted.removeprefix(f"ivplus_tools.{room}").strip(".").split(".")[0]
            for dotted in imports(path)
            if dotted.startswith(f"ivplus_tools.{room}.")
        }
        within[name] = asked & set(files)
        if name != "__init__":
            assert not [dotted for dotted in imports(path) if dotted == f"ivplus_tools.{room}.{ROOM_TYPES[room].__name__}"], name
    order = list(graphlib.TopologicalSorter({name: used - {name} for name, used in within.items()}).static_order())
    assert order[-1] == "__init__"
    for name in {"state", "records"} & set(files):
        below = {"state": {"findings", "letters", "case", "plan", "drafts"}, "records": set(files) - {"rules", "starts"}}[name]
        assert not within[name] & below, (name, within[name] & below)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_library_has_one_home(path):
    """Duckdb only in the store, widgets only in forms, and so on."""
    for dotted in imports(path):
        homes = ONLY_HERE.get(dotted.split(".")[0])
        assert homes is None or name_of(path) in homes or dotted in type_checking_only(path), f"{dotted} in {path.name}"


def test_importing_the_package_loads_nothing_heavy():
    """Neither duckdb, pandas, matplotlib, ipywidgets nor pydantic."""
    heavy = (
        "duckdb", "pandas", "numpy", "matplotlib", "ipywidgets", "pydantic", "openpyxl", "xlsxwriter", "docx", "yaml", "babel", "bs4",
        "mistune", "icalendar",
    )  # fmt: skip
    code = f"import sys, ivplus_tools; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_wall_clock_outside_dates(path):
    """Everything else takes the Desk's now."""
    if path.stem == "_dates":
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"datetime\.(now|today|utcnow)\(|date\.today\(|time\.time\(|current_date|current_timestamp|now\(\)",
        text.replace("_dates.now()", ""),
    ), path
    for sql in PACKAGE.glob("sql/*.sql"):
        assert not re.search(r"\bnow\(\)|current_(date|timestamp)|today\(\)", sql.read_text(encoding="utf-8"), re.IGNORECASE), sql


def test_files_are_brought_to_the_disk_in_one_way():
    """`_store.flush` knows that macOS needs more than fsync; no other module calls it by itself."""
    calls = {path.name for path in PACKAGE.rglob("*.py") if "os.fsync(" in path.read_text(encoding="utf-8")}
    assert calls == {"alone.py"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_query_is_built_of_text(path):
    """What goes to `execute` or `sql` is constant or read from sql/, never an f-string, a sum or a format."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("execute", "executemany", "sql", "query")
        ):
            for argument in node.args[:1]:
                assert not isinstance(argument, (ast.JoinedStr, ast.BinOp)), ast.unparse(node)
                assert not (isinstance(argument, ast.Call) and "format" in ast.unparse(argument.func)), ast.unparse(node)


def test_no_number_or_list_of_the_law_stands_in_code():
    """Codes such as 6(1)(a) and numbers such as 72 live in facts/; a Finnish or Swedish sentence lives in words/."""
    for path in [*MODULES, *PACKAGE.glob("sql/*.sql")]:
        tree_text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            constants = [n.value for n in ast.walk(ast.parse(tree_text)) if isinstance(n, ast.Constant)]
            docs = {
                ast.get_docstring(n, clean=False)
                for n in ast.walk(ast.parse(tree_text))
                if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef))
            }
            texts = [one for one in constants if isinstance(one, str) and one not in docs]
            assert not any(one in (72, 96, 250, 750) for one in constants if isinstance(one, int)), path
        else:
            texts = re.findall(r"'([^']*)'", tree_text)
        for text in texts:
            assert not re.fullmatch(r"\d+\(\d+\)\([a-j]\)", text), (path.name, text)
            assert not re.search(r"[åäö]\w+ \w+", text), (path.name, text)


def test_a_noun_is_one_thread():
    """`find . -name '*register*'` gives module, SQL, tests, cases, notebook and check of the room."""
    for room, number in ROOMS.items():
        found = {str(path.relative_to(ROOT)) for path in ROOT.rglob(f"*{room}*") if ".venv" not in path.parts and ".git" not in path.parts}
        assert {
            f"ivplus_tools/{room}", f"ivplus_tools/sql/{room}.sql", f"tests/test_{room}.py", f"tests/cases/{room}.toml",
            f"notebooks/{number}_{room}.ipynb", f"notebooks/checks/{room}.ipynb",
        } <= found  # fmt: skip


def test_every_public_name_is_documented():
    """One to six lines each, and every public module and method too (ruff sees to the rest)."""
    assert set(dir(ivp)) == set(ivp.__all__)
    for name in ivp.__all__:
        if name == "NONE":
            continue
        doc = getattr(ivp, name).__doc__
        assert doc, name
        assert 1 <= len(doc.strip().splitlines()) <= 8, name


def test_every_public_name_is_in_the_documentation():
    """README, a notebook or docs/ show each."""
    shown = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *NOTEBOOKS, *CHECKS])
    for name in ivp.__all__:
        assert re.search(rf"\bivp\.{name}\b|`{name}`", shown), name


def test_functions_are_short_and_modules_small():
    """No function beyond 45 lines, no module beyond 400; what grows becomes a package."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, path.name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 45, (path.name, node.name)


@pytest.mark.parametrize("path", [*NOTEBOOKS, *CHECKS], ids=lambda path: path.name)
def test_notebooks_are_thin(path):
    """Prose first, then short cells without def, class or loop."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["cells"][0]["cell_type"] == "markdown"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert len(source.splitlines()) <= 5, source
            assert not any(isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While)) for node in ast.walk(ast.parse(source))), (
                source
            )


def strings(node):
    """Every text in a notebook as a reader sees it: keys, sources, outputs."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from strings(value)
    elif isinstance(node, list):
        if all(isinstance(one, str) for one in node):
            yield "".join(node)
        else:
            for value in node:
                yield from strings(value)
    elif isinstance(node, str):
        yield node


def given_away(text):
    """What a shared notebook must not tell: paths of a machine, personal identity codes of people, addresses, widget state."""
    found = re.findall(r"/(?:home|root|work|tmp|Users|var|mnt|opt|private)/|\b[A-Z]:\\|file://", text)
    found += re.findall(r"\b\d{6}[-+A-FU-Y](?!9)\d{3}[0-9A-Y]\b", text)  # 900 to 999 are for tests and belong to nobody
    mails = re.findall(r"[\w.+-]+@[\w.-]+\w", text)
    found += [one for one in mails if not re.search(r"[@.]example\.fi$", one) and one != "tietosuoja@om.fi"]
    return found + re.findall(r"application/vnd\.jupyter\.widget-(?:state|view)\+json", text)


@pytest.mark.parametrize("path", EVERY_NOTEBOOK, ids=lambda path: path.name)
def test_a_notebook_gives_nothing_away(path):
    """Whatever its folder: no path of a machine, no identity code, no address outside example.fi, no widget state."""
    assert [one for text in strings(json.loads(path.read_text(encoding="utf-8"))) for one in given_away(text)] == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("open('/home/tt/a.csv')", 1), ("C:\\Users\\tt", 1), ("hetu 131052-308T", 1), ("hetu 010190-999P", 0), ("matti@firma.fi", 1),
        ("matti@notexample.fi", 1), ("matti@example.fi", 0), ("Lista:\\n", 0), ("application/vnd.jupyter.widget-view+json", 1),
    ],
)  # fmt: skip
def test_what_gives_something_away_is_seen(text, gone):
    """The rule above bites, wherever in a notebook the text stands."""
    cell = {"cells": [{"source": [text[:5], text[5:]], "outputs": [{"data": {"text/plain": text}}]}]}
    assert sum(len(given_away(one)) for one in strings(cell)) == 2 * gone


@pytest.mark.parametrize("path", [one for one in EVERY_NOTEBOOK if one not in CHECKS], ids=lambda path: path.name)
def test_notebooks_outside_the_checks_are_cleared(path):
    """No output, no execution count."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.name)
def test_checks_are_executed_from_the_first_cell_to_the_last(path):
    """Counts 1..n, or nbval compares nothing; no error, nothing skipped, the clock pinned in the first cell."""
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert "now=" in "".join(code[0]["source"])
    for cell in code:
        assert not set(cell["metadata"].get("tags", [])) & {"nbval-skip", "nbval-ignore-output", "raises-exception"}
        assert all(output["output_type"] != "error" for output in cell["outputs"])
    assert sum(bool(cell["outputs"]) for cell in code) > len(code) / 2


def test_no_sanitiser_touches_a_date_or_a_number():
    """There is no sanitise file, and no command names one."""
    assert not [path for path in ROOT.rglob("*sanit*") if ".venv" not in path.parts]
    commands = (ROOT / "Makefile").read_text() + (ROOT / "pyproject.toml").read_text()
    assert "sanitize" not in commands
    assert "nbval-lax" not in commands


def test_the_lock_has_hashes_and_no_addresses():
    """Names, versions and hashes only; every direct dependency is in it."""
    lock = "".join(path.read_text() for path in sorted(ROOT.glob("requirements*.lock")))
    assert "://" not in lock
    assert not re.search(r"^--(?!hash)|find-links|index-url", lock, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in [*project["dependencies"], *(one for many in project["optional-dependencies"].values() for one in many)]:
        name = re.match(r"[\w-]+", line)[0].lower()
        assert re.search(rf"^{name}==\S+", lock, re.MULTILINE), name


def test_every_dependency_has_a_reason():
    """docs/architecture.md names each direct dependency."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in [*project["dependencies"], *(one for many in project["optional-dependencies"].values() for one in many)]:
        name = re.match(r"[\w-]+", line)[0]
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("page", ["dictionary", "findings", "lawyer", "nouns"])
def test_a_written_page_is_current(page):
    """docs/dictionary.md, docs/findings.md and the list in docs/lawyer.md are what `make refresh` would write."""
    done = subprocess.run([sys.executable, str(ROOT / "docs" / f"make_{page}.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"docs/make_{page}.py" in (ROOT / "Makefile").read_text()


def test_every_finding_is_on_its_page_once():
    """Each code of the words has one heading, which is its anchor, and no text of it is read as markup."""
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    codes = list(_words.read("findings"))
    assert sorted(re.findall(r"^### (.*)$", page, re.MULTILINE)) == sorted(codes)
    for code in codes:
        assert len(re.findall(rf"\b{code}\b", page)) == 1, code
    assert not re.search(r"(?<!\\)[{}<|]", page)


def test_no_path_of_a_machine_and_no_registry_address_is_committed():
    """Tracked text files name neither."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in (".png", ".lock", ".parquet") or name == "tests/test_house.py" or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/work/|/root/|pypi\.org/simple|files\.pythonhosted", text), name


def test_a_module_without_tests_does_not_exist():
    """Each module of the package is named by a test file or imported in one."""
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for path in MODULES:
        stem = name_of(path).strip("_")
        assert (ROOT / "tests" / f"test_{stem}.py").exists() or re.search(rf"\b{name_of(path)}\b", tests), path
    assert Path(ivp.__file__).parent == PACKAGE
