"""Seals that an outside authority has put a time on (RFC 3161): requests out, answers in, checked without a network."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ivplus_tools import _words
from ivplus_tools.errors import Refusal

EXTRA, LIBRARY = "timestamp", "rfc3161-client"
LARGEST = 1_000_000


@dataclass(frozen=True)
class Stamp:
    """An answer of a time-stamping authority, checked: of which entry's seal, when, by whom, and who vouches for them."""

    entry: int
    seal: str
    at: datetime
    by: str
    root: str
    """SHA-256 of the certificate that everything else rests on."""


def library() -> Any:
    """The library that knows RFC 3161, or a refusal that names what to install."""
    try:
        import rfc3161_client
    except ImportError:
        raise _words.refusal("extra_missing", name=LIBRARY, extra=EXTRA) from None
    return rfc3161_client


def request(seal: str) -> bytes:
    """A request for a time stamp over a seal; the authority learns its hash and nothing else."""
    found = library()
    made = found.TimestampRequestBuilder().data(seal.encode()).hash_algorithm(found.HashAlgorithm.SHA256).build()
    return bytes(made.as_bytes())


def content_of(path: Path) -> bytes:
    """The content of a file that an authority has given; what is no file, or too large for one, is refused."""
    if not path.is_file():
        raise _words.refusal("no_stamp_file", path=path.name)
    if path.stat().st_size > LARGEST:
        raise _words.refusal("bad_stamp", reason=f"{path.name}: > {LARGEST}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise _words.refusal(
            "bad_stamp", reason={lang: f"{path.name}: {told}" for lang, told in _words.system_reason(error).items()}
        ) from None


def checked(answer: bytes, certificates: bytes, seals: Mapping[int, str]) -> Stamp:
    """An answer over one of some seals, by an authority for whom the certificates vouch; anything else is refused.

    The certificates are PEM: the authority's own and those between may be there, one that is signed by itself must.
    """
    found = library()
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        told = found.decode_timestamp_response(answer)
        imprint = told.tst_info.message_imprint
        entry = _stamped(imprint.hash_algorithm.dotted_string, bytes(imprint.message), seals)
        roots, between = _certificates(certificates)
        verifier = found.VerifierBuilder(roots=roots, intermediates=between).build()
    except Refusal:
        raise
    except ValueError as error:  # of the parsers
        raise _words.refusal("bad_stamp", reason=_line(error)) from None
    if entry is None:
        raise _words.refusal("stamp_of_another")
    try:
        verifier.verify(told, bytes(imprint.message))
    except (found.VerificationError, ValueError) as error:
        raise _words.refusal("bad_stamp", reason=_line(error)) from None
    return Stamp(entry, seals[entry], told.tst_info.gen_time, _signer(told), ", ".join(one.fingerprint(SHA256()).hex() for one in roots))


def _line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0] or type(error).__name__


def _stamped(algorithm: str, message: bytes, seals: Mapping[int, str]) -> int | None:
    """The entry whose seal has that hash."""
    known = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
    if algorithm not in known:
        raise ValueError(algorithm)
    return next((entry for entry, seal in seals.items() if hashlib.new(known[algorithm], seal.encode()).digest() == message), None)


def _certificates(content: bytes) -> tuple[list[Any], list[Any]]:
    """Those that are signed by themselves, and the others."""
    from cryptography.x509 import load_pem_x509_certificates

    every = list(dict.fromkeys(load_pem_x509_certificates(content)))
    roots = [one for one in every if one.issuer == one.subject]
    for one in roots:
        try:
            one.verify_directly_issued_by(one)
        except Exception as error:  # of many kinds, one per sort of key
            raise ValueError(_line(error)) from None
    if not roots:
        raise _words.refusal("no_root")
    return roots, [one for one in every if one not in roots]


def _signer(told: Any) -> str:
    """The name of the certificate that has signed an answer, where it is in it."""
    from cryptography.x509 import load_der_x509_certificate

    signers = {(one.issuer, one.serial_number) for one in told.signed_data.signer_infos}
    held = [load_der_x509_certificate(one) for one in told.signed_data.certificates]
    return next((one.subject.rfc4514_string() for one in held if (one.issuer, one.serial_number) in signers), "–")


def kept(stamp: Stamp, answer: bytes, certificates: bytes) -> dict[str, Any]:
    """The fields of the record that keeps an answer with all that is needed to check it again."""
    return {
        "journal_entries": stamp.entry, "journal_head": stamp.seal, "stamped": stamp.at, "stamped_by": stamp.by, "stamp_root": stamp.root,
        "stamp": base64.b64encode(answer).decode(), "certificates": base64.b64encode(certificates).decode(),
    }  # fmt: skip


def again(body: Mapping[str, Any], seals: Mapping[int, str], certificates: bytes | None = None) -> Stamp | None:
    """A kept answer checked again, by the certificates kept with it or by those given; None where it does not hold.

    Without the library it is refused, but not before the seal that was stamped was found to be still that of its entry.
    """
    told = str(body.get("journal_entries"))
    number = int(told) if told.isascii() and told.isdecimal() else 0
    if number not in seals or seals[number] != body.get("journal_head"):
        return None
    library()
    try:
        answer, kept_by = (base64.b64decode(str(body.get(name)), validate=True) for name in ("stamp", "certificates"))
        return checked(answer, certificates or kept_by, {number: seals[number]})
    except (binascii.Error, Refusal):
        return None
