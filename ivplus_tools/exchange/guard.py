"""A CSV cell that begins with a formula sign is disarmed by an apostrophe, which is no content when it is read back."""

from __future__ import annotations

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """The cell, disarmed."""
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell


def without_guard(cell: str) -> str:
    """The apostrophe that our own CSV puts before a formula sign is no content."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA_SIGNS) else cell
