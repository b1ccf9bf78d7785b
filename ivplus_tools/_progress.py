"""How far long work is, for whoever waits in a notebook or at a terminal; what is done within a second is not told."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ivplus_tools import _html, _words

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""
UNSEEN = "IVPLUS_UNSEEN"
"""Set where a notebook is run and kept: what it says may not depend on how fast the machine is."""
PATIENCE = 1.0
"""Seconds that nobody minds."""


@contextmanager
def watched(key: str, lang: str) -> Iterator[Progress]:
    """Tells the text at `key` (`done`, `of`) from the second second on, and takes it away at the end.

    In a notebook the stop button, at a terminal Ctrl-C, ends it: in a notebook that is told in a line.
    """
    tell, end = _line_of(_notebook())
    last = [time.monotonic() + PATIENCE, 0.0]

    def progress(done: int, of: int) -> None:
        now = time.monotonic()
        if now >= last[0] and now >= last[1]:
            last[1] = now + 0.2
            tell(_words.say(key, lang, done=done, of=of))

    try:
        yield progress
    except KeyboardInterrupt:
        if _notebook():
            raise _words.refusal("stopped") from None
        raise
    finally:
        end()


def _notebook() -> bool:
    """Whether somebody waits at a notebook's cell."""
    shell: Any = sys.modules.get("IPython")
    running = shell.get_ipython() if shell else None
    return type(running).__name__ == "ZMQInteractiveShell" and not os.environ.get(UNSEEN)


def _line_of(notebook: bool) -> tuple[Callable[[str], None], Callable[[], None]]:
    """How a line is told and taken away again."""
    if notebook:
        return _in_cell()
    if not sys.stderr.isatty():
        return (lambda _: None), (lambda: None)
    return _at_terminal()


def _at_terminal() -> tuple[Callable[[str], None], Callable[[], None]]:
    width = [0]

    def tell(text: str) -> None:
        width[0] = max(width[0], len(text))
        sys.stderr.write(f"\r{text:<{width[0]}}")
        sys.stderr.flush()

    def end() -> None:
        sys.stderr.write(f"\r{'':<{width[0]}}\r" if width[0] else "")
        sys.stderr.flush()

    return tell, end


def _in_cell() -> tuple[Callable[[str], None], Callable[[], None]]:
    from IPython.display import HTML, display

    handles: list[Any] = []

    def tell(text: str) -> None:
        shown = HTML(_html.note([text], mark=""))  # type: ignore[no-untyped-call]
        if handles:
            handles[0].update(shown)
        else:
            handles.append(display(shown, display_id=True))  # type: ignore[no-untyped-call]

    def end() -> None:
        for one in handles:
            one.update(HTML(""))  # type: ignore[no-untyped-call]

    return tell, end
