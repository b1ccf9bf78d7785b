"""What bytes are, and the text of those that are text: by their content, and never by a guess that may be wrong."""

from __future__ import annotations

import itertools
import re

from ivplus_tools import _words

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PDF = b"%PDF-"
BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_KINDS = {
    PDF: "PDF", b"PK\x05\x06": "ZIP", b"{\\rtf": "RTF", b"SQLite format 3\x00": "SQLite",
    b"PAR1": "Parquet", b"Obj\x01": "Avro", b"ARROW1": "Arrow",
    b"\x1f\x8b": "gzip", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!": "RAR",
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF",
    b"BEGIN:VCALENDAR": "iCalendar", b"BEGIN:VCARD": "vCard",
}  # fmt: skip
_STREAMS = {
    "EncryptedPackage": "",
    "WordDocument": "Word 97-2003 (.doc)",
    "PowerPoint Document": "PowerPoint 97-2003 (.ppt)",
    "__substg1.0_": "Outlook (.msg)",
}
_PACKED = {"ppt/": "PowerPoint (.pptx)", "visio/": "Visio (.vsdx)", "Index/Document.iwa": "Apple iWork", "META-INF/container.xml": "EPUB"}
_EIGHT_BIT = ("cp1252", "mac-roman", "cp850")
_LETTERS = set("åäöÅÄÖéÉüÜšŠžŽæøèêëàâçîïôûùñáßÀÇÈ")
_ALONE = set("åäöàè")
SURE = 0.02
"""The share of signs beyond ASCII that a reading may leave implausible."""
MOST_SIGNS = 50_000


def named(content: bytes, name: str) -> None:
    """Refuse bytes of a format that is not read, by its name."""
    found = next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), None)
    if found:
        raise _words.refusal("unread_format", path=name, format=found)


def named_ole(content: bytes, name: str) -> None:
    """Refuse what an OLE file holds unless it is an old workbook: an encrypted document, a letter, an old Word document."""
    for stream, kind in _STREAMS.items():
        if stream.encode("utf-16-le") in content:
            raise _words.refusal("unread_format", path=name, format=kind) if kind else _words.refusal("locked_file", path=name)


def packed_kind(names: set[str], mimetype: bytes) -> str | None:
    """The format of an archive that is a document of a kind that is not read."""
    told = mimetype.decode("ascii", "replace")[:80].strip()
    if told.startswith("application/vnd.oasis.opendocument.") and "spreadsheet" not in told:
        return f"OpenDocument ({told.rpartition('.')[2]})"
    return next((kind for mark, kind in _PACKED.items() if any(one.startswith(mark) for one in names)), None)


def decoded(content: bytes, name: str) -> str:
    """The text of some bytes; an encoding that cannot be told for sure is refused with those that it may be."""
    begun = next((encoding for mark, encoding in BOMS.items() if content.startswith(mark)), None) or _wide(content)
    if b"\x00" in content and begun not in ("utf-16", "utf-32", "utf-16-le", "utf-16-be"):
        raise _words.refusal("unknown_shape", path=name, reason="NUL")
    try:
        return content.decode(begun or "utf-8")
    except UnicodeDecodeError:
        if begun:
            raise _words.refusal("unknown_encoding", path=name, near=begun) from None
    return content.decode(_eight_bit(content, name))


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: in a text of our alphabet every second byte is zero."""
    begin = content[:4096]
    even, odd = begin[::2].count(0), begin[1::2].count(0)
    half = len(begin) // 2
    if len(content) % 2 or half < 8 or max(even, odd) < 0.7 * half or min(even, odd) > 0.02 * half:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _eight_bit(content: bytes, name: str) -> str:
    """The one encoding under which the signs beyond ASCII make words; a file in which none or several do is refused."""
    shares = {one: _implausible(content, one) for one in _EIGHT_BIT}
    likely = [one for one, share in shares.items() if share <= SURE]
    if len(likely) == 1 and all(share > 5 * SURE for one, share in shares.items() if one != likely[0]):
        return likely[0]
    raise _words.refusal("unknown_encoding", path=name, near=", ".join(likely) or "?")


def _implausible(content: bytes, encoding: str) -> float:
    """The share of the signs beyond ASCII that no Finnish, Swedish, English or French text has where they stand."""
    text = content.decode(encoding, "replace")
    count = bad = alone = 0
    for found in itertools.islice(re.finditer(r"[^\x00-\x7f]", text), MOST_SIGNS):
        count += 1
        sign, before, after = found[0], text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        bad += not _fits(sign, before, after)
        alone += sign.isalpha() and not (before.isalpha() or after.isalpha())
    return 1.0 if alone == count else bad / count  # letters that stand alone are no words


def _fits(sign: str, before: str, after: str) -> bool:
    """Whether a sign may stand between its neighbours."""
    beside = [one for one in (before, after) if one.isalpha()]
    if sign in _LETTERS:
        if not beside:
            return sign in _ALONE
        return not (sign.isupper() and before.islower()) and not (sign.islower() and after.isupper())
    if sign.isalpha() or not (sign.isprintable() or sign == "\xa0") or 0x2200 <= ord(sign) < 0x2600 or sign == "\ufffd":
        return False
    return len(beside) < 2 or sign in "’–\xa0"
