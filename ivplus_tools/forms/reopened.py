"""A form that stays readable where no kernel runs."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html


class Reopened(widgets.VBox):
    """A form with a view of it in plain HTML below, which the form hides while it lives and a reopened notebook shows."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.add_class(scope)
        self._view = f"ivplus-view-{self.model_id}"
        self._inside = widgets.VBox([])
        self._displayed = False
        self.children = [widgets.HTML(_html.form_style(scope) + _html.hidden(self._view)), self._inside]

    def static(self) -> str:
        """The form as HTML, as it stands."""
        raise NotImplementedError

    def _keep(self) -> None:
        """Bring the view of a form that is displayed up to date."""
        if self._displayed:
            self._put(display_id=self._view, update=True)

    def _put(self, **where: Any) -> None:
        from IPython.display import HTML, display

        display(HTML(_html.marked(self._view, self.static())), **where)  # type: ignore[no-untyped-call]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)  # type: ignore[no-untyped-call]
        self._put(display_id=self._view)
        self._displayed = True
