"""A mail as a draft: plain text and HTML, marked as unsent. Mail programs open it for editing; nothing is sent.

A cover is no part of a mail: what speaks against sending it begins the subject, which nobody sends unseen.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

from ivplus_tools.documents import html
from ivplus_tools.documents.document import Document


def render(document: Document) -> bytes:
    """The document as .eml; the same document gives the same bytes."""
    mail = EmailMessage(policy=SMTP)
    subject = " ".join(document.title.split())
    before = " ".join(document.cautions or [one.title for one in document.cover])
    mail["Subject"] = f"[{before}] {subject}" if before else subject
    if document.to:
        mail["To"] = document.to
    mail["X-Unsent"] = "1"
    mail["Content-Language"] = document.lang
    mail.set_content(document.text)
    mail.add_alternative(html.render(replace(document, cover=())).decode(), subtype="html")
    mail.set_boundary(hashlib.sha256(document.text.encode()).hexdigest()[:32])
    return mail.as_bytes()
