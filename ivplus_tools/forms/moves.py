"""Previous and Next. A button that is pressed to its end hands the focus to the other: one that is disabled loses it to the page."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets


class Moves(widgets.HBox):
    """Two buttons that go one place back or on."""

    def __init__(self, say: Callable[[str], str], go: Callable[[int], None]) -> None:
        self.previous, self.next = widgets.Button(description=say("previous")), widgets.Button(description=say("next"))
        self._go = go
        self.previous.on_click(lambda _: self._press(-1))
        self.next.on_click(lambda _: self._press(1))
        super().__init__([self.previous, self.next])

    def _press(self, by: int) -> None:
        self._go(by)
        pressed, other = (self.previous, self.next) if by < 0 else (self.next, self.previous)
        if pressed.disabled and not other.disabled:
            other.focus()

    def at(self, place: int, count: int) -> None:
        """Which of them leads somewhere from that place."""
        self.previous.disabled, self.next.disabled = place <= 0, place >= count - 1
