"""Evidence of security without code: a training held, a measure tested, and who can use a system against who works here."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ivplus_tools import _dates, _html, _records, _shown, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.measures.records import Training

NOTHING = ("", "")


class ListFields:
    """One of two lists: its source, its table, and the columns that tell what; a source is read when it is chosen."""

    def __init__(self, form: MeasuresForm, key: str, roles: tuple[str, ...]) -> None:
        self._form, self._columns = form, dict[str, list[str]]()
        sources = [NOTHING, *((one, one) for one in form._desk.retention.sources()["id"])]
        self.source = form._field(widgets.Dropdown, key, options=sources, value="")
        self.table = form._field(widgets.Dropdown, "table", options=[NOTHING], value="")
        self.roles = {role: form._field(widgets.Dropdown, role, options=[NOTHING], value="") for role in roles}
        self.source.observe(lambda _: form._do(self._on_source, form.told["compare"]), "value")
        self.table.observe(lambda _: self._on_table(), "value")
        self.widgets = [self.source, self.table, *self.roles.values()]

    def _on_source(self) -> str:
        """The tables of the chosen source, read now."""
        self._columns, self.table.options = {}, [NOTHING]
        if self.source.value:
            for one in self._form._desk.retention.columns(self.source.value).itertuples():
                self._columns.setdefault(str(one.table), []).append(str(one.column))
        self.table.options = [NOTHING, *((one, one) for one in self._columns)]
        self.table.value = next(iter(self._columns), "") if len(self._columns) == 1 else ""
        return self._form._say("tables", count=len(self._columns))

    def _on_table(self) -> None:
        names = [NOTHING, *((one, one) for one in self._columns.get(self.table.value or "", []))]
        for field in self.roles.values():
            field.options, field.value = names, ""

    def named(self) -> str:
        """The list as `source/table`."""
        return f"{self._form._filled(self.source)}/{self._form._filled(self.table)}"


class MeasuresForm(Acting):
    """Record a training, a test of a measure, a review of access from two lists; nothing is recorded before a press. `found`: the lists."""

    words = "measures_form"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-measures")
        self.found: Any = None
        self._seen_entries: dict[str, int] = {}
        self.view, self.waiting = self._shared.html(), self._shared.html()
        self.told = {name: self._shared.html() for name in ("training", "test", "compare", "review")}
        writes = bool(desk.standpoint.by)
        self._inside.children = [
            self.view, *([*self._training(), *self._testing()] if writes else []), *self._access(writes), self._shown_code,
        ]  # fmt: skip
        self._look_again()

    # --- fields

    def _training(self) -> list[widgets.Widget]:
        names = ("course", "audience", "held_on", "version", "invited", "attended")
        self.training = {name: self._text(name) for name in names}
        button = self._button("keep_training", self._on_training, self.told["training"])
        return [self._heading("training"), *self.training.values(), button, self.told["training"]]

    def _testing(self) -> list[widgets.Widget]:
        self.measure = self._field(widgets.Dropdown, "measure", options=[NOTHING], value="")
        self.tested, self.document, self.next = self._text("tested"), self._text("document"), self._text("next")
        results = [(names[self._lang], code) for code, names in _words.values("test_result").items()]
        self.result = self._field(widgets.Dropdown, "result", options=[NOTHING, *results], value="")
        button = self._button("keep_test", self._on_test, self.told["test"])
        return [self._heading("testing"), self.measure, self.tested, self.result, self.document, self.next, button, self.told["test"]]

    def _access(self, writes: bool) -> list[widgets.Widget]:
        systems = [(str(one.name or one.id), str(one.id)) for one in self._desk.register.systems().itertuples()]
        self.system = self._field(widgets.Dropdown, "system", options=[NOTHING, *systems], value="")
        self.accounts = ListFields(self, "accounts", ("account_key", "active", "account_kind"))
        self.employees = ListFields(self, "employees", ("employee_key", "ended"))
        self.as_of, self.reason = self._text("as_of"), self._text("reason")
        compare = self._button("compare", self._on_compare, self.told["compare"])
        keeping = [self.reason, self._button("keep_review", self._on_review, self.told["review"]), self.told["review"]] if writes else []
        lists = [*self.accounts.widgets, *self.employees.widgets]
        return [self._heading("access"), self.system, *lists, self.as_of, compare, self.told["compare"], self.waiting, *keeping]

    def _heading(self, key: str) -> widgets.HTML:
        return self._shared.html(_html.heading(self._say(key)))

    # --- acts

    def _on_training(self) -> str:
        """A training as one record; a count that is left empty is not told."""
        course, held = self._filled(self.training["course"]), _dates.day(self._filled(self.training["held_on"]))
        told = {name: field.value.strip() or None for name, field in self.training.items()}
        ident = "/".join(filter(None, (course, told["audience"], held.isoformat())))
        facts = {"content_version": told["version"], **{name: told[name] for name in ("audience", "invited", "attended")}}
        made = Training.of(ident, course=course, held_on=held, **facts)
        receipt = self._desk.measures.record(made, valid_from=held, why=self._say("training"), expecting=0)
        self.code = f"desk.measures.get({made.id!r})"
        for field in self.training.values():
            field.value = ""
        return repr(receipt)

    def _on_test(self) -> str:
        """The last test of a measure; what else is recorded of it stays."""
        ident, tested = self._filled(self.measure), _dates.day(self._filled(self.tested))
        stands = self._desk.measures.get(ident, "security_measure")
        facts = {"tested": tested, "test_result": self._filled(self.result), "test_document": self.document.value.strip() or None}
        made = stands.replace(**facts, document_hash=None, next_test=self.next.value.strip() or None)
        expecting = self._seen_entries.get(ident)
        receipt = self._desk.measures.record(made, valid_from=tested, why=self._say("testing"), expecting=expecting)
        self.code = f"desk.measures.history({ident!r})"
        for field in (self.tested, self.document, self.next, self.result, self.measure):
            field.value = ""
        return repr(receipt)

    def _on_compare(self) -> str:
        self.found = None
        columns = {role: field.value for one in (self.accounts, self.employees) for role, field in one.roles.items() if field.value}
        for role in ("account_key", "employee_key", "ended"):
            self._filled((self.accounts if role == "account_key" else self.employees).roles[role])
        told = {**columns, **({"as_of": self.as_of.value.strip()} if self.as_of.value.strip() else {})}
        system, accounts, employees = self._filled(self.system), self.accounts.named(), self.employees.named()
        self.found = self._desk.measures.accounts(system, accounts, employees, **told)
        given = "".join(f", {name}={value!r}" for name, value in told.items())
        self.code = f"desk.measures.accounts({system!r}, {accounts!r}, {employees!r}{given}).rows"
        return repr(self.found)

    def _on_review(self) -> str:
        """The counts of the last comparison, and no key."""
        if self.found is None:
            raise _words.refusal("nothing_compared")
        receipt = self.found.record(why=self._filled(self.reason))
        self.code = "desk.measures.access_reviews()"
        self.reason.value, self.found = "", None
        return repr(receipt)

    # --- showing

    def _read(self) -> None:
        """How each check stands, the measures that may be tested, and what waits in the last comparison."""
        checks = self._desk.measures.overview()
        shown = _shown.show(checks)._repr_html_() if len(checks) else ""
        self.view.value = _html.heading(self._say("overview", count=len(checks))) + shown
        rows = self.found.rows if self.found is not None else None
        waiting = _html.heading(self._say("waiting", count=len(rows))) + _shown.show(rows)._repr_html_() if rows is not None else ""
        self.waiting.value = waiting
        if self._desk.standpoint.by:
            known = self._desk.measures.state().of("security_measure")
            self._seen_entries = {one.record.id: one.entry.entry for one in known}
            kept = self.measure.value
            self.measure.options = [NOTHING, *((_records.title_of(one.record), one.record.id) for one in known)]
            self.measure.value = kept if kept in self._seen_entries else ""

    def static(self) -> str:
        """How each check stands; accounts are on the screen alone."""
        return self.view.value
