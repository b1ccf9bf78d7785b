"""The package installed from its wheel is the same product: sample, shell, notebooks and audit, with nothing of the project's folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLANTED = {"notebooks/.ipynb_checkpoints/left.ipynb": "{}", "data_samples/.left.csv": "a"}
"""What may lie about in a folder that somebody works in, and is no part of the package."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of a copy of the project, in which somebody has worked."""
    copy, out = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("wheel")
    for name in ("ivplus_tools", "notebooks", "data_samples"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    for name, content in PLANTED.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text(content)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], cwd=copy, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The Python of a clean environment with the wheel; what it depends on is borrowed from here, this project's folder is not."""
    place = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps", str(wheel)], check=True)
    own, borrowed = next(place.glob("lib/python*/site-packages")), Path(pytest.__file__).parent.parent
    (own / "borrowed.pth").write_text(f"{borrowed}\n")
    return python


def ran(python, *command, cwd):
    """What a command of the installed Python did, with nothing told by this one's surroundings."""
    clean = {name: told for name, told in os.environ.items() if not name.startswith(("IVPLUS_", "PYTHON"))}
    told = {**clean, "HOME": str(cwd), "IVPLUS_NOW": "2026-03-02T10:00"}
    return subprocess.run([python, *command], cwd=cwd, capture_output=True, text=True, env=told)


def test_the_wheel_carries_the_notebooks_and_the_samples_and_nothing_that_lay_about(wheel):
    """What is in the repository's folders, typed, and without anybody's leavings."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for expected in (
        "py.typed",
        "notebooks/00_start.ipynb",
        "notebooks/audit/quarterly.ipynb",
        "data_samples/activity.csv",
        "words/register.toml",
    ):
        assert f"ivplus_tools/{expected}" in names
    assert not [one for one in names if "left" in one or "__pycache__" in one or "/." in one]
    assert {one.partition("/")[0] for one in names} == {"ivplus_tools", next(one for one in names if "dist-info" in one).partition("/")[0]}


def test_an_installed_package_says_what_the_project_says(installed, tmp_path, sample):
    """The same findings of the same company, and the same hash of the code."""
    said = (
        "import ivplus_tools as ivp; from ivplus_tools.audit import packs; d = ivp.sample(now='2026-03-02T10:00');"
        "print(ivp.__path__[0], packs.code(), len(d.findings()), d.retention.scan('crm').table['total'].sum())"
    )
    done = ran(installed, "-c", said, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    place, code, count, _ = done.stdout.split()
    assert not place.startswith(str(ROOT))
    from ivplus_tools.audit import packs

    assert (code, int(count)) == (packs.code(), len(sample.findings()))


def test_an_installed_shell_checks_and_audits_the_sample(installed, tmp_path):
    """`ivplus due` and `ivplus audit` work in an empty folder."""
    due = ran(installed, "-m", "ivplus_tools", "due", "--desk", "sample", cwd=tmp_path)
    assert due.returncode == 1, due.stderr
    assert "gdpr:33(1)" in due.stdout
    audit = ran(installed, "-m", "ivplus_tools", "audit", "--desk", "sample", "--fail-on", "never", cwd=tmp_path)
    assert audit.returncode == 0, audit.stderr
    assert list(tmp_path.glob("audits/audit-*.zip"))


def test_an_installed_lab_works_on_a_copy_of_the_notebooks(installed, tmp_path):
    """Copied once into the working folder; a changed one is left as it is. The package's own folder is no working place."""
    said = "from ivplus_tools.cli import house; print(house._own_notebooks())"
    for _ in range(2):
        done = ran(installed, "-c", said, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "notebooks" / "00_start.ipynb").is_file()
        assert (tmp_path / "data_samples" / "vanha_seloste.csv").is_file()  # as the notebooks name it: ../data_samples
        (tmp_path / "notebooks" / "10_register.ipynb").write_text("mine")
    assert (tmp_path / "notebooks" / "10_register.ipynb").read_text() == "mine"
