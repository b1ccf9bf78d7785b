"""The officer's own notebooks: forms and views over the real journal. Run All records nothing, in whatever language."""

import warnings

import nbformat
import pytest
from house import NOW, ROOT

import ivplus_tools as ivp
from ivplus_tools import _notebooks, _words

WORK = ROOT / "notebooks" / "work"


def cells(path, kind):
    """The sources of the cells of a kind."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("lang", _words.LANGS)
def test_the_notebooks_are_those_of_the_words(lang):
    """What `make refresh` would write stands there, and nothing else; the code is the same in each language."""
    made = {f"{name}.ipynb": _notebooks.plain(notebook) for name, notebook in _notebooks.work(lang)}
    assert {path.name: path.read_text(encoding="utf-8") for path in (WORK / lang).glob("*.ipynb")} == made
    codes = [[one.replace(f'lang="{lang}"', "") for one in cells(path, "code")] for path in sorted((WORK / lang).glob("*.ipynb"))]
    assert codes == [[one.replace('lang="fi"', "") for one in cells(path, "code")] for path in sorted((WORK / "fi").glob("*.ipynb"))]


@pytest.mark.parametrize("path", sorted((WORK / "fi").glob("*.ipynb")), ids=lambda path: path.stem)
def test_run_all_over_a_real_journal_records_nothing(path, sample, monkeypatch):
    """Every cell runs, for one who may record; the number of entries and the head seal stay."""
    monkeypatch.setenv("IVPLUS_DESK", str(sample.standpoint.path))
    monkeypatch.setenv("IVPLUS_BY", "tt")
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    before = sample.verify()
    names = {}
    for source in cells(path, "code"):
        *first, last = source.splitlines()
        exec("\n".join(first), names)
        shown = eval(last, names)
        assert repr(shown)
    after = sample.verify()
    assert (after.entries, str(after)) == (before.entries, str(before))


def test_a_notebook_that_records_would_be_seen(sample, monkeypatch):
    """The control: the same look at a cell that writes."""
    before = sample.verify().entries
    exec("desk.register.record(ivp.System('x'), valid_from='2026-01-01', why='w')", {"desk": sample, "ivp": ivp})
    assert sample.verify().entries == before + 1


def test_over_no_journal_yet_they_run_and_say_so(tmp_path, monkeypatch):
    """A first morning: every cell runs, the Desk says that the journal is not there yet, and none is made."""
    monkeypatch.setenv("IVPLUS_DESK", str(tmp_path / "uusi.duckdb"))
    monkeypatch.setenv("IVPLUS_NOW", NOW)
    for path in sorted((WORK / "sv").glob("*.ipynb")):
        names = {}
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            for source in cells(path, "code"):
                *first, last = source.splitlines()
                exec("\n".join(first), names)
                assert repr(eval(last, names))
        assert any("uusi.duckdb" in str(one.message) for one in told)
    assert not (tmp_path / "uusi.duckdb").exists()
