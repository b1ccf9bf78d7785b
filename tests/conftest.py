"""Fixtures that tests share: the sample desk, an empty desk, the folder of real inputs."""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from house import NOW, ROOT
from stores import SMALL_SPARK

os.environ["TZ"] = "Europe/Helsinki"
os.environ.pop("IVPLUS_NOW", None)
os.environ.pop("IVPLUS_LANG", None)

import ivplus_tools as ivp

sys.modules.setdefault("rfc3987_syntax", None)  # as `_notebooks` does, before any test imports nbformat

LONGEST = [
    "ui", "test_retention.py", "test_audit.py", "test_spark.py", "test_regression_bites.py", "test_inputs.py", "test_erasure_proof.py",
    "test_erasure_told.py", "test_readme.py", "test_store.py",
]  # fmt: skip
SERVERS_REQUIRED = os.environ.get("IVPLUS_SERVERS_REQUIRED") == "1"


def pytest_collection_modifyitems(items):
    """The longest files come first: each is run by one of the processes, so that what costs much is made once and none waits at the end."""
    items.sort(key=lambda item: next((rank for rank, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST)))


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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL server of our own, as an address; tests that need it skip where Debian's server is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(one) for one in [shutil.which("initdb")] if one]
    if not found:
        assert not SERVERS_REQUIRED, "no PostgreSQL found, and here its tests must run"
        pytest.skip("no PostgreSQL server found: its tests are skipped")
    folder = Path(tempfile.mkdtemp(prefix="ivplus-pg-"))
    as_user = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    run = functools.partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    run([*as_user, found[-1], "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=16MB"
    control = found[-1].with_name("pg_ctl")
    run([*as_user, control, "-D", data, "-o", options, "-l", folder / "log", "-w", "start"])
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    run([*as_user, control, "-D", data, "-m", "immediate", "stop"])
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def spark():
    """A Spark session on two cores of this machine; tests that need it skip where Spark or Java is missing."""
    try:
        from pyspark import sql
    except ImportError:
        sql = None
    if sql is None or not shutil.which("java"):
        assert not SERVERS_REQUIRED, "no Spark or Java found, and here its tests must run"
        pytest.skip("no Spark (pip install --require-hashes -r requirements-spark.lock) or no Java found: its tests are skipped")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
    for name, told in SMALL_SPARK.items():
        builder = builder.config(name, told)
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    yield session
    session.stop()
