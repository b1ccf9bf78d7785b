"""Spark: what a path holds, a session here or on a Connect server, who does the work."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from house import FULL, NOW
from stores import SMALL_SPARK, lay
from test_erasure_told import HELD, OTHERS, TWINS, keys_in, twins_are_told

import ivplus_tools as ivp
from ivplus_tools import _sources
from ivplus_tools.errors import Refusal

TESTS = Path(__file__).parent
WAYS = ("here", "connect")
PARTS = {  # where files lie below a path, and the rows of each table that they are
    "files and folders": (
        ["a b.parquet", "å/part-0.parquet", "plain/2024/x.parquet", "plain/y.parquet"],
        {"a b": 1, "å": 1, "plain": 2},
    ),
    "folders with values": (["t/y=1/part-0.parquet", "t/y=2/part-0.parquet"], {"t": 2}),
    "one name twice": (["t.parquet", "t/x.parquet"], {"t.parquet": 1, "t": 1}),
}
ONE = {  # a path that is one table, its files, its name
    "a file": ("lake/t.parquet", ["t.parquet", "u.parquet"], "t"),
    "parts": ("lake", ["part-0.parquet", "part-1.parquet"], "lake"),
    "values": ("lake/", ["y=1/a.parquet", "y=2/a.parquet"], "lake"),
    "a glob": ("lake/*/2024", ["a/2024/x.parquet", "b/2024/x.parquet"], "2024"),
}


# --- what both ways are asked; the Connect way in a process of its own, by SPARK_REMOTE


def scanned(folder, location):
    """The hash of counts and the keys that are overdue, over a day, a moment and a text."""
    desk = ivp.Desk(Path(folder) / "desk.duckdb", by="tt", lang="en", now=NOW)
    desk.source("s", location)
    told = {
        "source": "s",
        "table": "t",
        "subject_key": "customer",
        "start_event": "CUST_END",
        "period": "P3Y",
        "reason": "sopimuskanteet",
    }
    starts = {"r": "ended", "m": "stamped", "x": "told"}
    rules = [ivp.RetentionRule(one, **told, start_column=at) for one, at in starts.items()]
    hold = ivp.Hold("h", subjects=["K001", "K002"], reason="riita", review_by="2027-01-01")
    desk.retention.record([*rules, hold], valid_from="2026-01-01", why="testi")
    found = desk.retention.scan("s")
    return {"hash": found.hash, "keys": {one: sorted(found.overdue(one)) for one in starts}}


def opened(location):
    """A source of Spark, as the rooms open it."""
    return _sources.opened(_sources.Place("s", location, None, Path()))


def counted(location):
    """The rows of each table."""
    with opened(location) as engine:
        return {table: engine.total(table) for table in engine.tables()}


def refused(location):
    """What a refusal says."""
    try:
        return counted(location)
    except Refusal as error:
        return str(error)


def planned(location):
    """Of each statement of a scan its plan, and how many rows came back; with 2000 held keys."""
    seen = []
    with opened(location) as engine:
        rows = engine.rows

        def noted(query):
            found = list(rows(query))
            (plan,) = next(rows(f"EXPLAIN {query}"))
            seen.append([plan, len(found)])
            yield from found

        key = engine.column("t", "customer")
        engine.hold("t", key, [f"K{number}" for number in range(2000)])
        engine.rows = noted
        engine.starts("t", [_sources.Start(engine.column("t", "ended"))], key)
    return seen


def left(location):
    """What a scan leaves in a session that has settings and a view of its own."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    session.createDataFrame([(7,)], "id int").createOrReplaceTempView("t")

    def state():
        names = sorted(one.name for one in session.catalog.listTables())
        ansi = session.conf.get("spark.sql.ansi.doubleQuotedIdentifiers", None)
        zone = session.conf.get("spark.sql.session.timeZone")
        return [names, zone, ansi, session.table("t").collect()[0][0]]

    before = state()
    planned(location)
    after, mine = state(), counted("spark:")
    session.catalog.dropTempView("t")
    session.conf.unset("spark.sql.session.timeZone")
    return [before, after, mine["t"]]


def kind(location):
    """Which class of session is used."""
    with opened(location) as engine:
        return type(engine.session).__module__


def catalogued(location):
    """The tables of a database of the catalogue, made at a path."""
    with opened(location) as engine:
        session = engine.session
    session.sql(f"CREATE DATABASE crm LOCATION '{location.removeprefix('spark:')}/crm'")
    try:
        session.sql("CREATE TABLE crm.people USING parquet AS SELECT 1 AS id")
        return counted("spark:crm")
    finally:
        session.sql("DROP DATABASE crm CASCADE")


# --- where it is run


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Spark Connect server of our own on loopback, from PyPI's pyspark: what clients need."""
    wanted = ("pyspark", "grpc", "grpc_status", "pyarrow", "zstandard")
    missing = [one for one in wanted if importlib.util.find_spec(one) is None]
    if missing or not shutil.which("java"):
        assert os.environ.get("IVPLUS_SERVERS_REQUIRED") != "1", f"no {missing} or no Java, and here Connect's tests must run"
        pytest.skip(f"no {missing} (requirements-spark.lock) or no Java: Connect's tests skip")
    home = Path(importlib.util.find_spec("pyspark").origin).parent
    folder = tmp_path_factory.mktemp("connect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bare = {name: told for name, told in os.environ.items() if not name.startswith("SPARK_")}
    secret = {"SPARK_CONNECT_AUTHENTICATE_TOKEN": os.urandom(16).hex()}
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.local.dir": folder,
        "spark.sql.shuffle.partitions": 2,
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.ui.enabled": "false",
        **SMALL_SPARK,
    }
    command = [home / "bin" / "spark-submit", "--master", "local[2]"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [part for name, told in settings.items() for part in ("--conf", f"{name}={told}")]
    alone = {"SPARK_CONNECT_MODE": "0", "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (folder / "log").open("w") as log:
        run = subprocess.Popen(
            [*command, "spark-internal"],
            env={**bare, **secret, **alone},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            for _ in range(240):
                assert run.poll() is None, (folder / "log").read_text()[-2000:]
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.5)
            yield {**bare, **secret, "SPARK_REMOTE": f"sc://localhost:{port}"}
        finally:
            run.terminate()
            run.wait(60)


ALWAYS = {"test_the_answers_are_those_of_duckdb"}


@pytest.fixture(params=WAYS)
def ask(request):
    """A function that asks one of the above: in this process, or by a client of the server."""
    if request.param == "here":
        request.getfixturevalue("spark")
        return lambda asked, *told: json.loads(json.dumps(asked(*told)))
    if not FULL and request.node.originalname not in ALWAYS:
        pytest.skip("every test over Connect is run by `make faults`")
    env = request.getfixturevalue("server")
    return lambda asked, *told: by_client(env, asked, *told)


def by_client(env, asked, *told, first=""):
    """The answer of a process that has only the address of the server."""
    code = f"import json, sys, test_spark\n{first}\n"
    code += f"print(json.dumps(test_spark.{asked.__name__}(*sys.argv[1:])))"
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, told)]
    done = subprocess.run(command, env=env, cwd=TESTS, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def laid(folder, files):
    """A row of Parquet in each of the files below a folder."""
    for number, file in enumerate(files):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"SELECT {number} AS id").write_parquet(str(path))
    return folder


# --- the tests


@pytest.mark.parametrize(("ask", "scheme"), [("here", ""), ("connect", "file://")], indirect=["ask"])
def test_the_answers_are_those_of_duckdb(ask, tmp_path, scheme):
    """Hash and overdue keys of a scan are those of the same Parquet read by DuckDB."""
    lay(tmp_path / "lake", "parquet")
    for one in ("ours", "theirs"):
        (tmp_path / one).mkdir()
    ours = scanned(tmp_path / "ours", str(tmp_path / "lake" / "t.parquet"))
    assert ask(scanned, tmp_path / "theirs", f"spark:{scheme}{tmp_path / 'lake'}") == ours
    assert all(len(keys) > 100 for keys in ours["keys"].values())


def test_rows_whose_key_is_almost_held_are_told(spark, desk, tmp_path):
    """As by every other engine (test_erasure_told): the twins of a held key are doubtful."""
    twins_are_told(desk, f"spark:{keys_in(tmp_path, 'parquet', [*HELD, *TWINS, *OTHERS], None)}")


def test_executors_count_and_groups_come_back(ask, tmp_path):
    """Nothing but a partly counted group is sent on; groups and the held keys that were found come back."""
    made = "SELECT DATE '2020-01-01' + (range % 90)::INT AS ended, 'K' || range % 5000 AS customer"
    duckdb.sql(f"{made}, range AS id FROM range(200000)").write_parquet(str(tmp_path / "t.parquet"))
    seen = ask(planned, f"spark:{tmp_path}")
    assert [rows for _, rows in seen] == [90, 2090, 0]
    for plan, _ in seen:
        lines = plan.splitlines()
        sent = [place for place, line in enumerate(lines) if "- Exchange" in line]
        assert sent, plan
        assert all("HashAggregate" in lines[place + 1] for place in sent), plan
        read = next(line for line in lines if "FileScan parquet" in line)
        assert "id:" not in read, read


@pytest.mark.parametrize("case", PARTS)
def test_tables_below_a_path(ask, tmp_path, case):
    """Files and folders below a path are tables, each with all its rows."""
    files, tables = PARTS[case]
    laid(tmp_path / "a lake", files)
    (tmp_path / "a lake" / "empty").mkdir()
    assert ask(counted, f"spark:file://{tmp_path}/a lake") == tables


@pytest.mark.parametrize("case", ONE)
def test_a_path_that_is_one_table(ask, tmp_path, case):
    """A file, a glob, parts and folders with values are one table by the last segment."""
    path, files, name = ONE[case]
    laid(tmp_path / "lake", files)
    assert ask(counted, f"spark:{tmp_path}/{path}") == {name: 1 if case == "a file" else 2}


def test_a_path_without_parquet_is_refused(ask, tmp_path):
    """Nothing there, no Parquet in it, a log of Delta, or a file system that Spark lacks."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "t.csv").write_text("id\n1\n")
    laid(tmp_path / "delta" / "t", ["part-0.parquet"])
    (tmp_path / "delta" / "t" / "_delta_log").mkdir()
    (tmp_path / "delta" / "t" / "_delta_log" / "0.json").write_text("{}")
    for one in ("nowhere", "empty", "text"):
        assert "Nothing is at" in ask(refused, f"spark:file://{tmp_path}/{one}")
    for one in ("delta", "delta/t"):
        assert "files hold removed rows too" in ask(refused, f"spark:{tmp_path}/{one}")
    said = ask(refused, "spark:nosuch://bucket/x")
    assert 'No FileSystem for scheme "nosuch"' in said
    assert "\n" not in said


def test_a_session_is_left_as_it_was(ask, tmp_path):
    """Settings and views of the owner stand after a scan; ours are gone, and its are read."""
    lay(tmp_path, "parquet")
    before, after, mine = ask(left, f"spark:{tmp_path}")
    assert after == before
    assert before[1:] == ["Asia/Tokyo", None, 7]
    assert mine == 1


def test_a_database_of_the_catalogue(ask, tmp_path):
    """A name without a slash is a database of the catalogue."""
    laid(tmp_path, ["t.parquet"])
    assert ask(catalogued, f"spark:{tmp_path}") == {"people": 1}


def test_an_active_connect_session_is_used(server, tmp_path):
    """SPARK_REMOTE, and without it the Connect session that the user's own code has begun."""
    laid(tmp_path, ["t.parquet"])
    location = f"spark:file://{tmp_path}"
    assert by_client(server, kind, location).startswith("pyspark.sql.connect")
    env = {name: told for name, told in server.items() if name != "SPARK_REMOTE"}
    first = "from pyspark.sql import SparkSession\n"
    first += f"SparkSession.builder.remote({server['SPARK_REMOTE']!r}).getOrCreate()"
    assert by_client(env, kind, location, first=first).startswith("pyspark.sql.connect")


@pytest.mark.parametrize(
    "location",
    [
        "spark:",
        "spark:sales",
        "spark:unity.sales",
        "spark:/lake/t",
        "spark:file:///lake",
        "spark:hdfs://name:8020/lake",
        "spark:s3a://bucket/design=1/x",
        "spark:abfss://container@account.dfs.core.windows.net/lake/x",
        "spark:wasbs://container@account.blob.core.windows.net/lake",
    ],
)
def test_locations_of_spark_are_recorded(location):
    """What Spark's own readers know is a location, a container before an @ too."""
    assert _sources.checked(location) == location


@pytest.mark.parametrize(
    "location",
    [
        "spark:s3a://key:secret@bucket/x",
        "spark:s3a://key%3Asecret@bucket/x",
        "spark:s3a://KEY@bucket/x",
        "spark:abfss://container:key@account.dfs.core.windows.net/x",
        "spark:abfss://container@account.dfs.core.windows.net/x?sv=1&sig=abc",
        "spark:abfss://container@account.dfs.core.windows.net/x;AccountKey=abc",
        "spark:https://account.blob.core.windows.net/x?SIG=abc",
        "spark:s3a://bucket/x?X-Amz-Signature=abc",
        "spark:s3a://bucket/x?AWSAccessKeyId=abc",
        "spark:s3a://bucket/x?X-Amz-Security-Token=abc",
        "spark:sales?password=abc",
    ],
)
def test_a_secret_in_a_location_of_spark_is_refused(location):
    """A user with a key, a signature, a token or a password is never recorded."""
    with pytest.raises(Refusal, match="never holds a password"):
        _sources.checked(location)
