"""Registers in and out: a preview that loses nothing, then all or nothing; complete spreadsheets and documents that execute nowhere."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivplus_tools.exchange.headings import Wishes
    from ivplus_tools.exchange.preview import Preview
    from ivplus_tools.exchange.reading import read
    from ivplus_tools.exchange.sample import read_sample
    from ivplus_tools.exchange.writing import csv_text, plain_rows, tables, text_rows

_HOMES = {
    "Preview": "preview", "Wishes": "headings", "csv_text": "writing", "plain_rows": "writing",
    "read": "reading", "read_sample": "sample", "tables": "writing", "text_rows": "writing",
}  # fmt: skip
__all__ = ["Preview", "Wishes", "csv_text", "plain_rows", "read", "read_sample", "tables", "text_rows"]


def __getattr__(name: str) -> Any:
    """Import what is asked for on first use: the shell asks for findings and dates, and reads no register."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ivplus_tools.exchange' has no attribute {name!r}")
    return getattr(import_module(f"ivplus_tools.exchange.{_HOMES[name]}"), name)
