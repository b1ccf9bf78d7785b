"""The README's code is run, and its first answer comes early."""

import re

import pytest
from house import ROOT

BLOCKS = [
    pytest.param(path.name, block, id=f"{path.name}-{number}")
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8") if path.exists() else "", re.S))
]


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


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_a_block_of_documentation_runs(name, block, tmp_path, monkeypatch):
    """Every python block of README and docs, in a folder that holds nothing but the samples."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.setenv("IVPLUS_NOW", "2026-03-02T09:00")
    exec(compile(block, name, "exec"), {})  # noqa: S102  documentation that does not run is wrong
