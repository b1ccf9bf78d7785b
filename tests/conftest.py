"""Fixtures that tests share: the sample desk, an empty desk, the folder of real inputs."""

import os

import pytest
from house import NOW, ROOT

os.environ["TZ"] = "Europe/Helsinki"
os.environ.pop("IVPLUS_NOW", None)
os.environ.pop("IVPLUS_LANG", None)

import ivplus_tools as ivp


@pytest.fixture
def sample(tmp_path):
    """The sample company, on 2 March 2026."""
    return ivp.sample(tmp_path / "sample.duckdb", now=NOW)


@pytest.fixture
def desk(tmp_path):
    """An empty journal in English, on 2 March 2026."""
    return ivp.Desk(tmp_path / "desk.duckdb", by="tt", lang="en", now=NOW)


@pytest.fixture(scope="session")
def shared():
    """The folder of real inputs; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the real inputs are not beside the project")
    return folder
