"""A quarter's audit without a shell: the pack is made and checked, read, and signed; how far it is is seen."""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets as widgets

from ivplus_tools import _dates, _html, _store, _words, evidence
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.forms.field import typed_day


class QuarterForm(Acting):
    """The day, the folder, one press; then the packs that lie there, each to be opened and signed by who has read it."""

    words = "quarter"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-quarter")
        self._made = ""
        """The pack that has just been made: it is chosen next."""
        now = desk.standpoint.now.date()
        last = evidence.last_quarter(now)
        self.day = self._text("day", value=typed_day(last, self._lang))
        beside = desk.standpoint.path.absolute().parent / "audits"
        self.folder = self._text("folder", value=os.environ.get("IVPLUS_AUDITS", str(beside)))
        self.folder.observe(lambda _: self._look_again(), "value")
        self.progress = widgets.IntProgress(description=self._say("progress"), layout=widgets.Layout(visibility="hidden", width="98%"))
        self.list = self._field(widgets.Select, "packs", options=[], value=None, rows=5)
        self.signer, self.remarks = self._text("signer", value=desk.standpoint.by or ""), self._text("remarks")
        signing = [self.signer, self.remarks, self._button("sign", self._sign)] if desk.standpoint.by else []
        self.make = self._button("make", self._make)
        self._inside.children = [
            self.day, self.folder, self.make, self.progress, self.list, self._button("open", self._open),
            *signing, self.message, self._shown_code,
        ]  # fmt: skip
        self._read()

    def _read(self) -> None:
        """The packs of the folder, the last first; the one that was made or chosen stays so."""
        chosen = self._made or self.list.value
        names = sorted((path.name for path in Path(self.folder.value or ".").glob("audit-*.zip")), reverse=True)
        self.list.options = names
        self._made, self.list.value = "", chosen if chosen in names else None

    def _chosen(self) -> Path:
        if not self.list.value:
            raise _words.refusal("field_empty", field=self.list.description)
        return Path(self.folder.value) / self.list.value

    def _make(self) -> str:
        day, out = _dates.day(self._filled(self.day)), self._filled(self.folder)
        self.progress.layout.visibility, self.progress.value = "visible", 0
        try:
            pack = evidence.audit(self._desk.standpoint.path, day, out, lang=self._lang, progress=self._on_progress)
        finally:
            self.progress.layout.visibility = "hidden"
        self.code = f"# ivplus audit --as-of {day.isoformat()} --out {out}"
        self._made = pack.path.name
        return repr(pack)

    def _on_progress(self, done: int, of: int) -> None:
        self.progress.max, self.progress.value = of, done

    def _open(self) -> str:
        """The report of a pack as a file beside it, for a browser: the pack itself stays whole."""
        pack = self._chosen()
        path, report = pack.with_suffix(".html"), self._desk.audit.open(pack).files["report.html"]
        if path.exists() and path.read_bytes() != report:
            raise _words.refusal("draft_exists", path=path)
        _store.put(path, report)
        self.code = ""
        return self._say("opened", path=path.absolute())

    def _sign(self) -> str:
        """The sign-off, once: a second press with nothing edited would record it anew without the remarks that the first one emptied."""
        if self._done and self._done[0] == self._sign:
            return self._done[1]
        pack, by, remarks = self._chosen(), self._filled(self.signer), self.remarks.value.strip() or None
        receipt = self._desk.audit.sign(pack, by=by, remarks=remarks)
        self.code = f"desk.audit.sign({str(pack)!r}, by={by!r}, remarks={remarks!r})"
        self.remarks.value = ""
        return repr(receipt)

    def static(self) -> str:
        """The packs by name."""
        return _html.listed(list(self.list.options))
