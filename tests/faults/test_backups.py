"""A backup folder in which a bit, a file or a name is not what it was."""

import shutil

import pytest
from house import rounds
from trouble import refused

import ivplus_tools as ivp

FILES = ("journal.jsonl", "person.jsonl", "manifest.json")


@pytest.fixture
def said(made, tmp_path):
    """A copy of a backup, and a function that tells the refusal to restore it, of which nothing was written."""
    shutil.copytree(made / "b", tmp_path / "b")

    def restoring():
        line = refused(ivp.restore, tmp_path / "b", tmp_path / "r.duckdb")
        assert not (tmp_path / "r.duckdb").exists()
        return line

    return tmp_path / "b", restoring


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found_and_named(said, tally, name):
    """Any bit of a byte: a file of entries or of persons is named; of a manifest, it, its format, or the file that it no longer fits."""
    folder, restoring = said
    content, named = (folder / name).read_bytes(), (*FILES, "has format") if name == "manifest.json" else [name]
    places = range(0, len(content), rounds(97, len(content) // 20) if name == "journal.jsonl" else 1)
    for place in places:
        for bit in range(8):
            (folder / name).write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
            line = restoring()
            assert any(one in line for one in named), (place, bit)
    tally(bytes=len(places), bits=8 * len(places))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_lengthened_removed_or_swapped_is_named(said, tally, name):
    """Whatever became of the file, the refusal names it."""
    folder, restoring = said
    content = (folder / name).read_bytes()
    cuts = range(0, len(content) - 1, rounds(97, len(content) // 10))
    others = [(folder / other).read_bytes() for other in FILES if other != name]
    for changed in [*(content[:cut] for cut in cuts), content + b"{}\n", content * 2, bytes(len(content)), *others]:
        (folder / name).write_bytes(changed)
        assert name in restoring()
    (folder / name).unlink()
    assert name in restoring()
    (folder / name).mkdir()
    assert name in restoring()
    tally(changed=len(cuts) + 7)
