"""Evidence of security without code: a training held, a measure tested, and who can use a system against who works here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _dates, _html, _records, _shown, _words
from ivplus_tools._store import Receipt
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.measures.records import Training

NOTHING = ("", "")


class ListFields:
    """One of two lists: its source, its table, and the columns that tell what; a source is read when it is chosen."""

    def __init__(self, form: MeasuresForm, key: str, roles: tuple[str, ...]) -> None:
        self._form, self._columns = form, dict[str, list[str]]()
        self.source = form._field(widgets.Dropdown, key, options=[NOTHING], value="")
        self.table = form._field(widgets.Dropdown, "table", options=[NOTHING], value="")
        self.roles = {role: form._field(widgets.Dropdown, role, options=[NOTHING], value="") for role in roles}
        self.source.observe(lambda _: form._do(self._on_source, form.told["compare"]), "value")
        self.table.observe(lambda _: self._on_table(), "value")
        self.widgets = [self.source, self.table, *self.roles.values()]

    def offer(self, sources: list[tuple[str, str]]) -> None:
        """The sources that are recorded now; the chosen one stays chosen while it is among them."""
        if not offered(self.source, sources):
            self._columns, self.table.options = {}, [NOTHING]

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


def offered(field: widgets.Dropdown, choices: list[tuple[str, str]]) -> bool:
    """Offer these; whether what was chosen is still among them."""
    options, kept = (NOTHING, *choices), field.value
    if field.options != options:
        field.options = options
        field.value = kept if kept in {code for _, code in options} else ""
    return bool(field.value == kept)


class MeasuresForm(Acting):
    """Record a training, a test of a measure, a review of access from two lists; nothing is recorded before a press. `found`: the lists."""

    words = "measures_form"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-measures")
        self.found: Any = None
        self._compared: list[str] = []
        """What was chosen when the lists were compared."""
        self._written: dict[str, Receipt] = {}
        """The last receipt, and that of the comparison in sight."""
        self._seen_entries: dict[str, int] = {}
        self.view, self.waiting = self._shared.html(), self._shared.html()
        self.told = {name: self._shared.html() for name in ("training", "test", "sources", "compare", "review", "undo")}
        writes = bool(desk.standpoint.by)
        self._inside.children = [
            self.view, *([*self._training(), *self._testing()] if writes else []), *self._access(writes),
            *(self._undoing() if writes else []), self._shown_code,
        ]  # fmt: skip
        self._look_again()

    # --- fields

    def _training(self) -> list[widgets.Widget]:
        names = ("course", "audience", "held_on", "version", "invited", "attended")
        self.training = {name: self._text(name) for name in names}
        button = self._button("keep_training", self._on_training, self.told["training"])
        nameless = self._shared.html(_html.paragraph(self._say("nameless")))
        return [nameless, self._heading("training"), *self.training.values(), button, self.told["training"]]

    def _testing(self) -> list[widgets.Widget]:
        self.measure = self._field(widgets.Dropdown, "measure", options=[NOTHING], value="")
        self.tested, self.document, self.next = self._text("tested"), self._text("document"), self._text("next")
        results = [(names[self._lang], code) for code, names in _words.values("test_result").items()]
        self.result = self._field(widgets.Dropdown, "result", options=[NOTHING, *results], value="")
        button = self._button("keep_test", self._on_test, self.told["test"])
        return [self._heading("testing"), self.measure, self.tested, self.result, self.document, self.next, button, self.told["test"]]

    def _access(self, writes: bool) -> list[widgets.Widget]:
        self.system = self._field(widgets.Dropdown, "system", options=[NOTHING], value="")
        self.accounts = ListFields(self, "accounts", ("account_key", "active", "account_kind"))
        self.employees = ListFields(self, "employees", ("employee_key", "ended"))
        self.as_of, self.reason = self._text("as_of"), self._text("reason")
        compare = self._button("compare", self._on_compare, self.told["compare"])
        keeping = [self.reason, self._button("keep_review", self._on_review, self.told["review"]), self.told["review"]] if writes else []
        lists = [*self.accounts.widgets, *self.employees.widgets]
        where = self._shared.html(_html.paragraph(self._say("sources")))
        again = [where, self._button("read_again", self._on_sources, self.told["sources"]), self.told["sources"]]
        return [self._heading("access"), *again, self.system, *lists, self.as_of, compare, self.told["compare"], self.waiting, *keeping]

    def _undoing(self) -> list[widgets.Widget]:
        self.undo_why = self._text("undo_why")
        return [self._heading("undoing"), self.undo_why, self._button("undo", self._on_undo, self.told["undo"]), self.told["undo"]]

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
        receipt = self._kept(self._desk.measures.record(made, valid_from=held, why=self._say("training"), expecting=0))
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
        receipt = self._kept(self._desk.measures.record(made, valid_from=tested, why=self._say("testing"), expecting=expecting))
        self.code = f"desk.measures.history({ident!r})"
        for field in (self.tested, self.document, self.next, self.result, self.measure):
            field.value = ""
        return repr(receipt)

    def _kept(self, receipt: Receipt) -> Receipt:
        """Remember what was written last, which can be taken back here; what stood already was not written now."""
        if receipt.entries:
            self._written["last"] = receipt
        return receipt

    def _on_sources(self) -> str:
        """Sources and systems are read at every press; this one does nothing else."""
        self.code = ""
        return self._say("sources_read", count=len(self._desk.retention.sources()))

    def _on_compare(self) -> str:
        self.found = None
        self._written.pop("review", None)
        columns = {role: field.value for one in (self.accounts, self.employees) for role, field in one.roles.items() if field.value}
        for role in ("account_key", "employee_key", "ended"):
            self._filled((self.accounts if role == "account_key" else self.employees).roles[role])
        told = {**columns, **({"as_of": self.as_of.value.strip()} if self.as_of.value.strip() else {})}
        system, accounts, employees = self._filled(self.system), self.accounts.named(), self.employees.named()
        self.found = self._desk.measures.accounts(system, accounts, employees, **told)
        given = "".join(f", {name}={value!r}" for name, value in told.items())
        self._compared = self._chosen()
        self.code = f"desk.measures.accounts({system!r}, {accounts!r}, {employees!r}{given}).rows"
        return repr(self.found)

    def _on_review(self) -> str:
        """The counts of the comparison in sight, once, and no key; a choice that was changed since asks for another comparison."""
        if self.found is None:
            raise _words.refusal("nothing_compared")
        why = self._filled(self.reason)
        if self._compared != self._chosen():
            raise _words.refusal("compared_otherwise")
        if "review" in self._written:
            raise _words.refusal("review_recorded")
        self._written["review"] = receipt = self._kept(self.found.record(why=why))
        self.code = "desk.measures.access_reviews()"
        self.reason.value = ""
        return repr(receipt)

    def _chosen(self) -> list[str]:
        return [one.value for one in (self.system, *self.accounts.widgets, *self.employees.widgets, self.as_of)]

    def _on_undo(self) -> str:
        """What was written last in this form, taken back; what it was about stands as before."""
        why = self._filled(self.undo_why)
        if "last" not in self._written:
            raise _words.refusal("nothing_to_take_back")
        receipt = self._desk.measures.withdraw(self._written["last"], why=why)
        gone = self._written.pop("last")
        if self._written.get("review") == gone:
            del self._written["review"]
        self.code = f"desk.measures.withdraw({gone.entries[0]}, why={why!r})"
        self.undo_why.value = ""
        for name in ("training", "test", "review"):  # what they say stands no more
            self.told[name].value = ""
        return f"{self._say('undone', entry=gone.entries[0])}\n{receipt!r}"

    # --- showing

    def _do(self, act: Callable[[], str], where: widgets.HTML | None = None) -> None:
        """As everywhere; a comparison that tells nothing, or leaves anything open, is no success."""
        super()._do(act, where)
        if act == self._on_compare and self.found is not None and self.found.open and 'role="alert"' not in self.message.value:
            self.message.value = _html.note(repr(self.found).splitlines(), alert=True)

    def _read(self) -> None:
        """How each check stands, the measures that may be tested, and what waits in the last comparison."""
        checks = self._desk.measures.overview()
        shown = _shown.show(checks)._repr_html_() if len(checks) else ""
        self.view.value = _html.heading(self._say("overview", count=len(checks))) + shown
        rows = self.found.rows if self.found is not None else None
        waiting = _html.heading(self._say("waiting", count=len(rows))) + _shown.show(rows)._repr_html_() if rows is not None else ""
        self.waiting.value = (_html.note([self._say("recorded")]) if "review" in self._written else "") + waiting
        offered(self.system, [(str(one.name or one.id), str(one.id)) for one in self._desk.register.systems().itertuples()])
        for one in (self.accounts, self.employees):
            one.offer([(told, told) for told in self._desk.retention.sources()["id"]])
        if self._desk.standpoint.by:
            known = self._desk.measures.state().of("security_measure")
            self._seen_entries = {one.record.id: one.entry.entry for one in known}
            offered(self.measure, [(_records.title_of(one.record), one.record.id) for one in known])

    def static(self) -> str:
        """How each check stands; accounts are on the screen alone."""
        return self.view.value
