"""Where personal data lie: a source looked through, each table confirmed in the data map, a saved page read."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _shown, _words
from ivplus_tools.desk import Desk
from ivplus_tools.discovery.records import DataTable
from ivplus_tools.discovery.state import parts
from ivplus_tools.forms.acting import Acting
from ivplus_tools.forms.ticks import Ticks

FOUND = ["table", "column", "kind", "share", "how", "confidence", "declared_by", "also"]
TABLES = ["source", "table", "state", "new", "rows", "personal", "scanned", "not_read"]
COOKIES = ["name", "host", "third_party", "provider", "purpose", "days", "exempt", "limb"]
HOSTS = ["host", "third_party", "company", "country", "requests", "cookies"]


class DiscoveryForm(Acting):
    """Look for personal data, and confirm what each table holds; nothing is recorded before a press. `found` is the last scan."""

    words = "discovery_form"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-discovery")
        self.found: Any = None
        sources = list(desk.retention.sources()["id"])
        self.source = self._field(widgets.Dropdown, "source", options=[("", ""), *((one, one) for one in sources)], value="")
        self.progress = widgets.IntProgress(min=0, max=1000, layout=widgets.Layout(display="none", width="16em"))
        self.view, self.page_view = self._shared.html(), self._shared.html()
        self.told = {name: self._shared.html() for name in ("scan", "confirm", "read", "keep")}
        self.file = self._text("page")
        self._inside.children = [
            self.source, self._button("scan", self._on_scan, self.told["scan"]), self.progress, self.told["scan"], self.view,
            *(self._confirming() if desk.standpoint.by else []),
            self._shared.html(_html.heading(self._say("paging"))), self.file, self._button("read", self._on_page, self.told["read"]),
            self.told["read"], *([self._button("keep", self._on_keep, self.told["keep"]), self.told["keep"]] if desk.standpoint.by else []),
            self.page_view, self._shown_code,
        ]  # fmt: skip
        self._look_again()

    def _confirming(self) -> list[widgets.Widget]:
        """One table of the last scans, as the officer says it is."""
        self.table = self._field(widgets.Dropdown, "table", options=[("", ())], value=())
        answers = [(self._say("serves"), "serves"), (self._say("nobody"), "nobody")]
        self.answer = self._field(widgets.Dropdown, "answer", options=answers, value="serves")
        self.activities = Ticks(self._shared, None)
        activities = self._desk.register.activities()
        self.activities.offer({str(one.id): str(one.name or one.id) for one in activities.itertuples()})
        self.key, self.reason = self._text("key"), self._text("reason")
        self.links, self._met = Ticks(self._shared, None), dict[str, dict[str, str]]()
        self.told["links"] = self._shared.html()
        self.table.observe(lambda _: self._offer_links({}), "value")
        return [
            self._shared.html(_html.heading(self._say("confirming"))), self.table, self.answer,
            self._shared.html(_html.heading(self._say("activities"), 5)), self.activities, self.key,
            self._button("links", self._on_links, self.told["links"]), self.told["links"], self.links, self.reason,
            self._button("confirm", self._on_confirm, self.told["confirm"]), self.told["confirm"],
        ]  # fmt: skip

    # --- acts

    def _on_scan(self) -> str:
        self.progress.layout.display = ""
        try:
            self.found = self._desk.discovery.scan(self.source.value or None, progress=self._on_progress)
        finally:
            self.progress.layout.display = "none"
        self.code = f"desk.discovery.scan({self.source.value!r}).columns" if self.source.value else "desk.discovery.scan().columns"
        return repr(self.found)

    def _on_progress(self, done: int, of: int) -> None:
        self.progress.max, self.progress.value = of, done

    def _on_confirm(self) -> str:
        """What the officer says of the table; the columns that the scan found and what the map has go with it."""
        source, table = self._chosen()
        made = self._desk.discovery.suggest(source, table)
        facts: dict[str, Any] = {"source": source, "table": table, "subject_key": self.key.value.strip() or made.subject_key}
        if self.answer.value == "nobody":
            facts |= {"no_personal_data": "yes", "reviewed_by": self._desk.standpoint.by}
        else:
            facts |= {"activities": list(self.activities.value) or None, "identifying": made.identifying}
            facts["links"] = [*parts(made.links), *(self._met[one] for one in self.links.value)] or None
        reason = self._filled(self.reason)
        record = DataTable.of(made.id, **facts, reason=reason)
        receipt = self._desk.discovery.record(record, valid_from=self._desk.standpoint.valid_on, why=reason)
        self.code = f"desk.discovery.get({made.id!r})"
        self.reason.value, self.key.value, self.activities.value = "", "", ()
        self._offer_links({})
        return repr(receipt)

    def _chosen(self) -> tuple[str, str]:
        if not self.table.value:
            raise _words.refusal("field_empty", field=self.table.description)
        source, table = self.table.value
        return source, table

    def _on_links(self) -> str:
        """Links to other tables that names and values suggest and the map does not have: those that are ticked go with the confirmation."""
        source, table = self._chosen()
        found, made = self._desk.discovery.links(source), self._desk.discovery.suggest(source, table)
        known = [one.column for one in parts(made.links)]
        new = [one for one in found.of(table) if one["column"] not in known]
        self._offer_links({f"{one['column']} → {one['to_table']}.{one['to_column']}": one for one in new})
        self.code = f"desk.discovery.links({source!r}).table"
        return repr(found)

    def _offer_links(self, met: dict[str, dict[str, str]]) -> None:
        self._met, self.links.value = met, ()
        self.links.offer({one: one for one in met})

    def _on_page(self) -> str:
        return repr(self._page())

    def _on_keep(self) -> str:
        """The page read once more, and what was seen kept: findings follow."""
        return repr(self._page(keep=True).receipt)

    def _page(self, keep: bool = False) -> Any:
        path = self._filled(self.file)
        read = self._desk.discovery.page(path, keep=keep)
        self.code = f"desk.discovery.page({path!r}, keep=True)" if keep else f"desk.discovery.page({path!r}).cookies"
        self.page_view.value = self._tabled("cookies", read.cookies, COOKIES) + self._tabled("hosts", read.hosts, HOSTS)
        return read

    # --- showing

    def _read(self) -> None:
        """What the last scans found, and the tables that may be confirmed."""
        tables, columns = self._desk.discovery.tables(), self._desk.discovery.columns()
        if self.source.value:
            tables, columns = (one[one["source"] == self.source.value] for one in (tables, columns))
        pages = self._desk.discovery.pages()
        kept = self._tabled("pages", pages, list(pages.columns)) if len(pages) else ""
        self.view.value = self._tabled("tables", tables, TABLES) + self._tabled("columns", columns, ["source", *FOUND[:-1]]) + kept
        if self._desk.standpoint.by:
            known = [(str(one.source), str(one.table)) for one in tables.itertuples()]
            kept = self.table.value
            self.table.options = [("", ()), *((f"{source}/{table}", (source, table)) for source, table in known)]
            self.table.value = kept if kept in known else ()

    def _tabled(self, key: str, frame: Any, names: list[str]) -> str:
        shown = frame[[one for one in names if one in frame.columns]]
        return _html.heading(self._say(key, count=len(frame))) + (_shown.show(shown)._repr_html_() if len(frame) else "")

    def static(self) -> str:
        """What was found, as it stands."""
        return self.view.value + self.page_view.value
