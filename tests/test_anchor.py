"""Seals that an authority outside has put a time on: requests out, answers in, and a chain that was written anew is told."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest
from click.testing import CliRunner

import ivplus_tools as ivp
from ivplus_tools import _store
from ivplus_tools._store import chain
from ivplus_tools.audit.records import Anchor
from ivplus_tools.cli import main

pytest.importorskip("rfc3161_client", reason="the extra `timestamp` is not installed: pip install ivplus-tools[timestamp]")
OPENSSL = shutil.which("openssl")
if OPENSSL is None:
    pytest.skip("openssl is not on this machine, so there is no authority to try it with", allow_module_level=True)
CONFIG = """
[tsa]
default_tsa = t
[t]
dir = {folder}
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
EXTENSIONS = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n"


def run(*arguments):
    """Openssl, once."""
    subprocess.run([OPENSSL, *map(str, arguments)], check=True, capture_output=True)


def authority(folder, name):
    """A throw-away authority: a root, a certificate for time stamps, and what `openssl ts` needs."""
    folder.mkdir()
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    root, key = folder / "root.pem", folder / "root.key"
    run("req", "-x509", *curve, "-keyout", key, "-out", root, "-subj", f"/CN={name} root", "-days", 30)
    run("req", *curve, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", f"/CN={name}")
    (folder / "ext").write_text(EXTENSIONS)
    (folder / "serial").write_text("01\n")
    (folder / "conf").write_text(CONFIG.format(folder=folder))
    run("x509", "-req", "-in", folder / "tsa.csr", "-CA", root, "-CAkey", key, "-out", folder / "tsa.pem", "-days", 30,
        "-extfile", folder / "ext", "-set_serial", 7)  # fmt: skip
    return folder


def stamped(folder, request, answer):
    """What the authority answers to a request."""
    run("ts", "-reply", "-config", folder / "conf", "-queryfile", request, "-inkey", folder / "tsa.key", "-signer", folder / "tsa.pem",
        "-out", answer)  # fmt: skip
    return answer


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    """The authority."""
    return authority(tmp_path_factory.mktemp("tsa") / "a", "Leima Esimerkki")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another one, of somebody who writes a chain anew."""
    return authority(tmp_path_factory.mktemp("other") / "b", "Leima Esimerkki")


@pytest.fixture
def desk(tmp_path):
    """Three entries by the machine's own clock, as the authority's is."""
    made = ivp.Desk(tmp_path / "j.duckdb", by="tt", lang="en")
    for one in "abc":
        made.register.record(ivp.Activity(one), valid_from="2026-01-01", why="w")
    return made


def anchored(desk, tsa, folder):
    """The journal with a time stamp on the head that it has now; the answer's file."""
    request = desk.anchor(request=folder / "head.tsq")
    answer = stamped(tsa, request, folder / "head.tsr")
    desk.anchor(answer=answer, certificates=tsa / "root.pem")
    return answer


def anew(path, change):
    """What somebody does who may write the file: change entries, seal all of them anew, write head and triggers as they were."""
    at = ivp.Desk(path).standpoint
    seal, rows = "", []
    for one in change([replace(entry) for entry in _store.every(replace(at, known_at=None))]):
        again = replace(one, seal=chain.seal_of(seal, one))
        seal, rows = again.seal, [*rows, chain.row_of(again)]
    path.unlink()
    _store.file.write_file(path, rows, [])


def test_a_stamp_is_taken_and_told_and_the_chain_grows_on(desk, tsa, tmp_path):
    """The request holds the seal's hash only; the answer is an entry of its own; `verify` says how far it reaches and on what it rests."""
    head = desk.verify().head
    anchored(desk, tsa, tmp_path)
    request = (tmp_path / "head.tsq").read_bytes()
    assert hashlib.sha256(head.encode()).digest() in request
    assert head.encode() not in request
    desk.register.record(ivp.Activity("d"), valid_from="2026-01-01", why="w")
    verdict = desk.verify()
    assert (verdict.ok, verdict.entries, verdict.stamps[0].entry) == (True, 5, 3)
    assert "up to entry 3" in repr(verdict)
    assert verdict.stamps[0].root[:16] in repr(verdict)
    assert desk.audit.anchors()["journal_head"].tolist() == [head]
    assert desk.verify(answer=tmp_path / "head.tsr", certificates=tsa / "root.pem").ok
    assert ivp.restore(desk.backup(tmp_path / "b"), tmp_path / "r.duckdb").stamps


@pytest.mark.parametrize("keeps", [True, False], ids=["stamp kept", "stamp removed"])
def test_a_chain_written_anew_and_sealed_anew_is_told(desk, tsa, tmp_path, keeps):
    """Every seal holds and the head is right; but none of the seals is the one that was stamped."""
    answer = anchored(desk, tsa, tmp_path)
    path = desk.standpoint.path

    def change(entries):
        kept = [one for one in entries if keeps or one.kind != Anchor.kind]
        return [replace(kept[0], why="another reason"), *kept[1:]]

    anew(path, change)
    assert desk.verify().ok is not keeps  # who removes the stamp as well is told by the answer kept outside
    verdict = desk.verify(answer=answer, certificates=tsa / "root.pem")
    assert not verdict.ok
    assert "written anew" in repr(verdict)
    assert not desk.verify(certificates=tsa / "root.pem").ok
    anew(path, lambda entries: entries)  # the control: sealed anew over what it was, as far as the seals can tell, is still not the one
    assert not desk.verify(answer=answer, certificates=tsa / "root.pem").ok


def test_a_chain_stamped_by_a_strangers_authority_of_the_same_name_is_told(desk, tsa, other, tmp_path):
    """The certificates given from outside decide; without them the root that it rests on is named, and it is another."""
    anchored(desk, tsa, tmp_path)
    root = desk.verify().stamps[0].root
    path = desk.standpoint.path
    anew(path, lambda entries: [replace(entries[0], why="another reason"), *entries[1:3]])
    anchored(desk, other, tmp_path)
    assert desk.verify().ok
    assert desk.verify().stamps[0].root != root
    verdict = desk.verify(certificates=tsa / "root.pem")
    assert verdict.fault == "stamp"


def test_a_kept_stamp_that_was_changed_is_told(desk, tsa, tmp_path):
    """One byte of the answer, the entry that it is over, or another's certificates, sealed anew."""
    anchored(desk, tsa, tmp_path)
    whole = json.loads(_store.every(desk.standpoint)[-1].text)
    flipped = bytearray(base64.b64decode(whole["stamp"]))
    flipped[-40] ^= 1
    for wrong in (
        {**whole, "stamp": base64.b64encode(flipped).decode()}, {**whole, "journal_entries": 2}, {**whole, "stamp": "no"},
        {**whole, "certificates": ""}, {},
    ):  # fmt: skip
        anew(desk.standpoint.path, lambda entries, wrong=wrong: [*entries[:-1], replace(entries[-1], text=chain.canonical(wrong))])
        assert desk.verify().fault == "stamp", wrong
    anew(desk.standpoint.path, lambda entries: [*entries[:-1], replace(entries[-1], text=chain.canonical(whole))])
    assert desk.verify().ok


def test_what_is_no_stamp_of_this_journal_is_refused_in_one_line_and_writes_nothing(desk, tsa, other, tmp_path):
    """Another journal's, another authority's, spoilt, missing, a pipe, no root, half of what is needed."""
    request = desk.anchor(request=tmp_path / "q.tsq")
    answer = stamped(tsa, request, tmp_path / "a.tsr")
    (tmp_path / "spoilt").write_bytes(answer.read_bytes()[:-30])
    (tmp_path / "empty.pem").write_text("")
    elsewhere = ivp.Desk(tmp_path / "other.duckdb", by="tt", lang="en")
    before = desk.verify().entries
    root = tsa / "root.pem"
    for act in (
        lambda: elsewhere.anchor(request=tmp_path / "x.tsq"),
        lambda: elsewhere.anchor(answer=answer, certificates=root),
        lambda: desk.anchor(answer=answer, certificates=other / "root.pem"),
        lambda: desk.anchor(answer=tmp_path / "spoilt", certificates=root),
        lambda: desk.anchor(answer=root, certificates=root),
        lambda: desk.anchor(answer=tmp_path / "none", certificates=root),
        lambda: desk.anchor(answer=tmp_path, certificates=root),
        lambda: desk.anchor(answer=answer, certificates=tmp_path / "empty.pem"),
        lambda: desk.anchor(answer=answer, certificates=tsa / "tsa.pem"),
        lambda: desk.anchor(answer=answer),
        lambda: desk.anchor(),
        lambda: desk.anchor(request="x.tsq", answer=answer, certificates=root),
        lambda: desk.verify(answer=answer),
        lambda: desk.audit.record(Anchor("3/x", journal_entries=3), valid_from="2026-01-01", why="w"),
        lambda: desk.at(valid="2026-01-01").anchor(answer=answer, certificates=root),
    ):
        with pytest.raises(ivp.Refusal) as refused:
            act()
        assert "\n" not in str(refused.value)
    assert desk.verify().entries == before
    assert desk.verify(certificates=root).fault == "no_stamp"
    desk.anchor(answer=answer, certificates=root)
    assert "nothing new" in repr(desk.anchor(answer=answer, certificates=root))
    with pytest.raises(ivp.Refusal, match="own acts"):
        desk.audit.withdraw(before + 1, why="w")


def test_without_the_extra_it_is_one_line_and_what_was_not_checked_is_said(desk, tsa, tmp_path, monkeypatch):
    """It names what to install; `verify` still compares the seals, and says that the stamp itself was not checked."""
    answer = anchored(desk, tsa, tmp_path)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    for act in (
        lambda: desk.anchor(request=tmp_path / "y.tsq"), lambda: desk.anchor(answer=answer, certificates=tsa / "root.pem"),
        lambda: desk.verify(certificates=tsa / "root.pem"),
    ):  # fmt: skip
        with pytest.raises(ivp.Refusal, match=r"ivplus-tools\[timestamp\]"):
            act()
    verdict = desk.verify()
    assert verdict.ok
    assert "NOT CHECKED: 1" in repr(verdict)
    anew(desk.standpoint.path, lambda entries: [replace(entries[0], why="another reason"), *entries[1:]])
    assert desk.verify().fault == "stamp"


def test_the_shell_anchors_and_verifies(desk, tsa, tmp_path):
    """`ivplus anchor` and `ivplus verify --answer`: exit code 1 over a chain that was written anew."""
    path, root = str(desk.standpoint.path), str(tsa / "root.pem")
    run = CliRunner()
    done = run.invoke(main, ["anchor", "--desk", path, "--request", str(tmp_path / "q.tsq")])
    assert done.exit_code == 0, done.output
    answer = str(stamped(tsa, tmp_path / "q.tsq", tmp_path / "a.tsr"))
    done = run.invoke(main, ["anchor", "--desk", path, "--by", "tt", "--answer", answer, "--certificates", root])
    assert done.exit_code == 0, done.output
    told = ["verify", "--desk", path, "--lang", "en", "--answer", answer, "--certificates", root]
    assert "up to entry 3" in run.invoke(main, told).output
    anew(desk.standpoint.path, lambda entries: [replace(entries[0], why="another reason"), *entries[1:]])
    done = run.invoke(main, told)
    assert done.exit_code == 1
    assert "written anew" in done.output
    assert run.invoke(main, ["anchor", "--desk", path]).exit_code == 2
    duckdb.connect(path, read_only=True).close()  # nothing holds it open
