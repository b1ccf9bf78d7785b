"""Formula signs in a CSV, full-width ones too: an apostrophe disarms them, also after what another program may take for a separator."""

from __future__ import annotations

import re

_SIGN = re.compile(r"(^|[,;\t\n])('*)(?=[=+\-@＝＋－＠])")
_GUARDED = re.compile(r"(^|[,;\t\n])'('*)(?=[=+\-@＝＋－＠])")


def guarded(cell: str) -> str:
    """The cell, disarmed."""
    return _SIGN.sub(r"\1\2'", cell)


def without_guard(cell: str) -> str:
    """The cell as it was: the apostrophe that our own CSV puts before a formula sign is no content."""
    return _GUARDED.sub(r"\1\2", cell)
