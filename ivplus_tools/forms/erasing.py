"""Erasure step by step: plan, approve, carry out, certificate. Each step is one press, and says what it will do before it does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.retention.plan import Plan


class ErasureForm(Acting):
    """A plan is made of a rule, approved by somebody else, carried out with the source named, and certified; each by its own press."""

    words = "erasing"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "ivplus-erasing")
        self._plan_id, self._shown_plan, self._reading = "", "", False
        """`_plan_id`: the plan that has just been made, which is chosen next; `_shown_plan`: the one that is shown."""
        choice, box = self._field, self._text
        self.rule = choice(widgets.Dropdown, "rule", options=[])
        self.why, self.name, self.grant, self.rows = box("why"), box("approver"), box("grant"), box("rows")
        self.single = choice(widgets.Checkbox, "single", indent=False)
        self.effects = choice(widgets.SelectMultiple, "effects", options=[])
        self.list = choice(widgets.Select, "plans", options=[], value=None, rows=6)
        self.list.observe(lambda _: None if self._busy or self._reading else self._look_again(), "value")
        self.file, self.one = box("file"), self._shared.html()
        self.make = self._button("plan", self._plan, self.message)
        self._inside.children = [
            self.rule, self.why, self.make, self.message, self.list, self.one, *self._steps(desk), self._shown_code,
        ]  # fmt: skip
        self._read()

    def _steps(self, desk: Desk) -> list[widgets.Widget]:
        """What can be done with a plan; nothing at a Desk that only reads."""
        if not desk.standpoint.by or desk.standpoint.past:
            return []
        told = [self._shared.html() for _ in range(3)]
        head = [self._shared.html(_html.heading(self._say(one), 5)) for one in ("approve_head", "execute_head", "certificate_head")]
        return [
            head[0], self.name, self.single, self._button("approve", self._approve, told[0]),
            self._button("withdraw", self._withdraw, told[0]), told[0],
            head[1], self.grant, self.rows, self.effects, self._button("execute", self._execute, told[1]),
            self._button("settle", self._settle, told[1]), self._button("confirm", self._confirm, told[1]), told[1],
            head[2], self.file, self._button("save", self._save, told[2]), told[2],
        ]  # fmt: skip

    def choose(self, rule: str) -> bool:
        """Begin with a rule, where it is one that erases or anonymises; whether it is."""
        known = rule in {ident for _, ident in self.rule.options}
        self.rule.value = rule if known else self.rule.value
        return known

    @property
    def is_dirty(self) -> bool:
        """Whether something has been typed that no press has used."""
        return any(field.value.strip() for field in (self.why, self.name, self.grant, self.rows))

    # --- what stands

    def _read(self) -> None:
        """Rules that erase or anonymise, and plans with their state; what was chosen stays so."""
        rule, chosen = self.rule.value, self._plan_id or self.list.value
        state = self._desk.retention.state()
        rules = [one for one in state.records("retention_rule") if one.action in ("erase", "anonymise")]
        states = _words.values("plan_state")
        plans = [(f"{one.id} · {states[str(one.plan_state)][self._lang]}", one.id) for one in state.records("erasure_plan")]
        self._reading = True
        self.rule.options = [("", ""), *((f"{one.id} · {one.source or ''}", one.id) for one in rules)]
        self.rule.value = rule if rule in {ident for _, ident in self.rule.options} else ""
        self.list.options = list(reversed(plans))
        self._plan_id, self.list.value = "", chosen if chosen in {ident for _, ident in plans} else None
        self._reading = False
        self._look()

    def _look(self) -> None:
        """The chosen plan in words, and what acts beside it; what was typed for another plan is no leave for this one."""
        plan = self._chosen() if self.list.value else None
        if self._shown_plan != (self.list.value or ""):
            self._shown_plan = self.list.value or ""
            self.grant.value = self.rows.value = self.name.value = ""
            self.single.value = False
        self.one.value = self._described(plan) if plan else _html.line(self._say("choose"))
        self.effects.options = list(plan.record.acting or ()) if plan else []
        self.effects.layout = self._shared.group if self.effects.options else self._shared.hidden
        self._keep()

    def _described(self, plan: Plan) -> str:
        """The plan as it is, and the old file in which the erased rows still are."""
        told = plan.certificate
        kept = _html.note([self._say("kept", names=told.kept_copy)], alert=True) if told and told.kept_copy else ""
        return _html.code("\n".join(map(_words.printable, repr(plan).splitlines()))) + kept

    def _chosen(self) -> Plan:
        if not self.list.value:
            raise _words.refusal("field_empty", field=self.list.description)
        return self._desk.retention.get_plan(self.list.value)

    # --- the steps

    def _plan(self) -> str:
        rule = self.rule.value
        if not rule:
            raise _words.refusal("field_empty", field=self.rule.description)
        plan = self._desk.retention.plan(rule, self._filled(self.why))
        self.code = f"plan = desk.retention.plan({rule!r}, why={self.why.value!r})"
        self.why.value, self._plan_id = "", plan.id
        return self._say("planned", plan=plan.id)

    def _approve(self) -> str:
        plan, by, single = self._chosen(), self._filled(self.name), bool(self.single.value)
        plan.approve(by, single)
        self.code = f"desk.retention.approve({plan.id!r}, by={by!r}{', single_officer=True' if single else ''})"
        self.name.value, self.single.value = "", False
        return self._say("approved", plan=plan.id)

    def _withdraw(self) -> str:
        plan = self._chosen().withdraw(self._filled(self.why))
        self.code = f"desk.retention.get_plan({plan.id!r}).withdraw({self.why.value!r})"
        self.why.value = ""
        return self._say("withdrawn", plan=plan.id)

    def _execute(self) -> str:
        plan, rows, acting = self._chosen(), self.rows.value.strip(), tuple(self.effects.value)
        if rows and not (rows.isascii() and rows.isdecimal()):
            raise _words.refusal("bad_count", got=rows)
        told: dict[str, Any] = {"grant": self._filled(self.grant), **({"confirm": int(rows)} if rows else {})}
        told |= {"triggers": acting} if acting else {}
        plan.execute(**told)
        self.code = f"desk.retention.execute({plan.id!r}, {', '.join(f'{name}={value!r}' for name, value in told.items())})"
        self.grant.value = self.rows.value = ""
        certificate = plan.certificate
        kept = f"\n{self._say('kept', names=certificate.kept_copy)}" if certificate and certificate.kept_copy else ""
        return self._say("done", plan=plan.id) + kept

    def _confirm(self) -> str:
        plan = self._chosen().confirm()
        self.code = f"desk.retention.confirm({plan.id!r})"
        return self._say("confirmed", plan=plan.id)

    def _settle(self) -> str:
        plan = self._chosen().settle()
        self.code = f"desk.retention.get_plan({plan.id!r}).settle()"
        return self._say("settled", plan=plan.id, state=_words.values("plan_state")[plan.state][self._lang])

    def _save(self) -> str:
        plan = self._chosen()
        path = Path(self.file.value.strip() or f"{plan.id.replace('/', '-')}.docx")
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        saved = plan.document().save(path).absolute()
        self.code = f"desk.retention.get_plan({plan.id!r}).document().save({str(path)!r})"
        return self._say("saved", path=saved)

    def static(self) -> str:
        """The plans with their states, and the chosen one."""
        return _html.listed([text for text, _ in self.list.options]) + str(self.one.value)
