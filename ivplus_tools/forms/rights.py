"""Requests of data subjects without code: opened, identified, looked for, copied, answered, and the letter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ivplus_tools import _html, _law, _shown, _words
from ivplus_tools.desk import Desk
from ivplus_tools.forms.acting import Acting
from ivplus_tools.forms.field import typed_day
from ivplus_tools.forms.ticks import Ticks
from ivplus_tools.rights.letters import KINDS
from ivplus_tools.rights.request import Request

SOUGHT = ("email", "phone", "name", "national_id", "customer_number")
LISTED = ["id", "state", "due", "rights"]
TABLES = ["source", "table", "state", "rows", "near", "by", "detail"]


class RightsForm(Acting):
    """One request at a time; nothing is recorded before a press, and no value of a person in any case. `request` is the one chosen."""

    words = "rights_form"

    def __init__(self, desk: Desk, request: str = "") -> None:
        super().__init__(desk, "ivplus-rights")
        self.request: Request | None = None
        self._letter: Any = None
        self.plans: Any = None
        self.told = {name: self._shared.html() for name in ("open", "times", "find", "decide", "copy", "plan", "answer", "letter")}
        self.listed, self.view, self.found_view, self.letter_view = (self._shared.html() for _ in range(4))
        self.chosen = self._field(widgets.Dropdown, "chosen", options=[("", "")], value="")
        self.progress = widgets.IntProgress(min=0, max=1000, layout=widgets.Layout(display="none", width="16em"))
        writes = bool(desk.standpoint.by)
        self._inside.children = [
            self.listed, *(self._opening() if writes else []), self.chosen, self.view, *(self._times() if writes else []),
            *self._finding(), *((*self._answering(), *self._planning()) if writes else []), *self._copying(), *self._writing(writes),
            self._shown_code,
        ]  # fmt: skip
        self.chosen.observe(self._on_chosen, "value")
        self._look_again()
        if request:
            self.chosen.value = request

    # --- the parts of the form

    def _head(self, key: str) -> widgets.Widget:
        return self._shared.html(_html.heading(self._say(key)))

    def _listed(self, key: str, name: str) -> Any:
        """A list of codes, in words."""
        options = [("", ""), *((told[self._lang], code) for code, told in _words.values(name).items())]
        return self._field(widgets.Dropdown, key, options=options, value="")

    def _opening(self) -> list[widgets.Widget]:
        self.rights, self.activities = Ticks(self._shared, None), Ticks(self._shared, None)
        self.rights.offer({code: fact.name[self._lang] for code, fact in _law.codes("right").items()})
        known = self._desk.register.activities()
        self.activities.offer({str(one.id): str(one.name or one.id) for one in known.itertuples()})
        self.received = self._text("received", value=typed_day(self._desk.standpoint.now.date(), self._lang))
        self.channel, self.behalf = self._listed("channel", "request_channel"), self._listed("behalf", "request_behalf")
        self.authority = self._text("authority")
        self.person = {name: self._text(name) for name in ("ref", "name", "email", "phone")}
        return [
            self._head("opening"), self._shared.html(_html.heading(self._say("rights"), 5)), self.rights, self.received, self.channel,
            self.behalf, self.authority, *self.person.values(),
            self._shared.html(_html.heading(self._say("activities"), 5)), self.activities,
            self._button("open", self._on_open, self.told["open"]), self.told["open"],
        ]  # fmt: skip

    def _times(self) -> list[widgets.Widget]:
        self.how, self.why = self._listed("how", "identified_how"), self._text("why")
        acts = {
            "identify": self._on_identify, "record_authority": self._on_authority, "pause": self._on_pause, "resume": self._on_resume,
            "extend": self._on_extend, "told_recipients": self._on_recipients, "copy_removed": self._on_removed,
        }  # fmt: skip
        buttons = widgets.HBox([self._button(key, act, self.told["times"]) for key, act in acts.items()])
        buttons.layout.flex_flow = "row wrap"
        return [self._head("identifying"), self.how, self.why, buttons, self.told["times"]]

    def _finding(self) -> list[widgets.Widget]:
        self.sought = {name: self._text(name) for name in SOUGHT}
        self.numbers, self.reason = self._text("numbers"), self._text("why")
        decisions = {"take": self._on_take, "leave": self._on_leave, "mask": self._on_mask, "give": self._on_give}
        buttons = widgets.HBox([self._button(key, act, self.told["decide"]) for key, act in decisions.items()])
        buttons.layout.flex_flow = "row wrap"
        return [
            self._head("finding"), *self.sought.values(), self._button("find", self._on_find, self.told["find"]), self.progress,
            self.told["find"], self.found_view, self.numbers, self.reason, buttons, self.told["decide"],
        ]  # fmt: skip

    def _copying(self) -> list[widgets.Widget]:
        """After the answer, so that the letter in the folder tells it."""
        self.folder = self._text("folder")
        return [self._head("copying"), self.folder, self._button("copy", self._on_copy, self.told["copy"]), self.told["copy"]]

    def _planning(self) -> list[widgets.Widget]:
        """Erasure of what was found: planned, approved by another, carried out in one source, old files deleted."""
        self.approver, self.grant = self._text("approver"), self._text("grant")
        acts = {"erase": self._on_erase, "approve": self._on_approve, "execute": self._on_execute, "confirm": self._on_confirm}
        buttons = widgets.HBox([self._button(key, act, self.told["plan"]) for key, act in acts.items()])
        buttons.layout.flex_flow = "row wrap"
        return [self._head("erasing"), self.approver, self.grant, buttons, self.told["plan"]]

    def _answering(self) -> list[widgets.Widget]:
        self.right = self._field(widgets.Dropdown, "right", options=[("", "")], value="")
        self.outcome, self.grounds = self._listed("outcome", "right_outcome"), Ticks(self._shared, None)
        self.grounds.offer({code: fact.name[self._lang] for code, fact in _law.codes("refusal_ground").items()})
        self.answer_why, self.evidence = self._text("why"), self._text("evidence")
        return [
            self._head("answering"), self.right, self.outcome, self._shared.html(_html.heading(self._say("grounds"), 5)), self.grounds,
            self.answer_why, self.evidence, self._button("answer", self._on_answer, self.told["answer"]), self.told["answer"],
        ]  # fmt: skip

    def _writing(self, writes: bool) -> list[widgets.Widget]:
        kinds = _words.values("rights_letter")
        self.kind = self._field(widgets.Dropdown, "kind", options=[(kinds[one][self._lang], one) for one in KINDS], value=KINDS[0])
        named = _words.values("language")
        spoken = [(named[_words.SPOKEN[lang]][self._lang], lang) for lang in _words.LANGS]
        self.language = self._field(widgets.Dropdown, "language", options=spoken, value=self._lang)
        self.file = self._text("file")
        acts = [("draft", self._on_draft), ("save", self._on_save), *([("sent", self._on_sent)] if writes else [])]
        buttons = widgets.HBox([self._button(key, act, self.told["letter"]) for key, act in acts])
        buttons.layout.flex_flow = "row wrap"
        return [self._head("writing"), self.kind, self.language, self.file, buttons, self.told["letter"], self.letter_view]

    # --- acts

    def _one(self) -> Request:
        if self.request is None:
            raise _words.refusal("field_empty", field=self.chosen.description)
        return self.request

    def _on_chosen(self, change: Any) -> None:
        self.request = self._desk.rights.request(change["new"]) if change["new"] else None
        self._letter = self.plans = None
        for view in (self.found_view, self.letter_view, *self.told.values()):
            view.value = ""
        self.folder.value = self.file.value = self.numbers.value = ""
        self._look_again()

    def _on_open(self) -> str:
        """The person goes outside the seals, the request into the journal."""
        if not self.rights.value:
            raise _words.refusal("field_empty", field=self._say("rights"))
        ref, name = (self.person[one].value.strip() for one in ("ref", "name"))
        facts: dict[str, Any] = {
            "on_behalf": self.behalf.value or None,
            "activities": list(self.activities.value) or None,
            "person": ref or None,
            "authority_shown": self.authority.value.strip() or None,
        }
        if name and not ref:
            raise _words.refusal("field_empty", field=self.person["ref"].description)
        made = self._desk.rights.open(list(self.rights.value), self._filled(self.received), self.channel.value or None, **facts)
        if name:
            self._desk.keep_person(ref, name, self.person["email"].value.strip() or None, self.person["phone"].value.strip() or None)
        for field in (*self.person.values(), self.authority):
            field.value = ""
        self.rights.value, self.activities.value = (), ()
        self.code = f"desk.rights.request({made.id!r})"
        self._look_again()
        self.chosen.value = made.id
        return repr(made)

    def _on_identify(self) -> str:
        if not self.how.value:
            raise _words.refusal("field_empty", field=self.how.description)
        receipt = self._one().identify(self.how.value, self._filled(self.why))
        self.code = f"desk.rights.request({self._one().id!r}).identify({self.how.value!r}, ...)"
        self.why.value = ""
        return repr(receipt)

    def _on_authority(self) -> str:
        return self._updated(authority_shown=self._filled(self.why))

    def _on_recipients(self) -> str:
        return self._updated(recipients_told=[one.strip() for one in self._filled(self.why).split(";") if one.strip()])

    def _on_removed(self) -> str:
        return self._updated(copy_removed=self._desk.standpoint.valid_on)

    def _updated(self, **facts: Any) -> str:
        """One fact of the request; its label is the reason."""
        receipt = self._one().update(why=_words.field_label(next(iter(facts)), self._lang), **facts)
        self.code, self.why.value = f"desk.rights.request({self._one().id!r}).update({next(iter(facts))}=...)", ""
        return repr(receipt)

    def _on_pause(self) -> str:
        return self._timed("pause")

    def _on_extend(self) -> str:
        return self._timed("extend")

    def _on_resume(self) -> str:
        receipt = self._one().resume()
        self.code = f"desk.rights.request({self._one().id!r}).resume()"
        return repr(receipt)

    def _timed(self, act: str) -> str:
        receipt = getattr(self._one(), act)(why=self._filled(self.why))
        self.code, self.why.value = f"desk.rights.request({self._one().id!r}).{act}(why=...)", ""
        return repr(receipt)

    def _on_find(self) -> str:
        """Values are forgotten once they were looked for: they stand on no form that is saved."""
        values = {name: field.value.strip() for name, field in self.sought.items() if field.value.strip()}
        self._one().found, self.found_view.value = None, ""
        self.progress.layout.display = ""
        try:
            found = self._one().find(self._on_progress, **values)
        finally:
            self.progress.layout.display = "none"
        for field in self.sought.values():
            field.value = ""
        self.code = f"desk.rights.request({self._one().id!r}).find({', '.join(f'{name}=...' for name in values)})"
        return repr(found)

    def _on_progress(self, done: int, of: int) -> None:
        self.progress.max, self.progress.value = of, done

    def _chosen_numbers(self) -> list[int]:
        text, found = self._filled(self.numbers), list[int]()
        for one in re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", text)):
            told = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", one)
            if told is None:
                raise _words.refusal("not_numbers", got=one, expected=_words.texts(f"{self.words}.bad_numbers"))
            found += range(int(told[1]), int(told[2] or told[1]) + 1)
        return found

    def _decided(self, act: str, *told: str) -> str:
        found = self._one()._found()
        getattr(found, act)(self._chosen_numbers(), *told)
        self.numbers.value = self.reason.value = ""
        return repr(found)

    def _on_take(self) -> str:
        return self._decided("take")

    def _on_leave(self) -> str:
        return self._decided("leave")

    def _on_mask(self) -> str:
        return self._decided("mask", self._filled(self.reason))

    def _on_give(self) -> str:
        return self._decided("give", self._filled(self.reason))

    def _on_copy(self) -> str:
        path = Path(self._filled(self.folder))
        manifest = self._one().copy(path)
        self.code = f"desk.rights.request({self._one().id!r}).copy({str(path)!r})"
        rows = sum(one["rows"] for one in manifest["tables"])
        lines = [self._say("copied", path=path.absolute(), rows=rows, tables=len(manifest["tables"]), masked=len(manifest["masked"]))]
        lines += [self._say("not_whole")] if not manifest["whole"] else []
        lines += [self._say("not_identified")] if not manifest["identity_established"] else []
        return "\n".join([lines[0], *(f"⚠ {one}" for one in lines[1:])])

    def _on_erase(self) -> str:
        self.plans = self._one().erase()
        self.code = f"plans = desk.rights.request({self._one().id!r}).erase()"
        return repr(self.plans) or self._say("nothing_planned")

    def _planned(self) -> Any:
        if self.plans is None or not self.plans.ids:
            raise _words.refusal("press_first", button=self._say("erase"))
        return self.plans

    def _on_approve(self) -> str:
        self.code = f"plans.approve({self.approver.value!r})"
        return repr(self._planned().approve(self._filled(self.approver)))

    def _on_execute(self) -> str:
        self.code = f"plans.execute({self.grant.value!r})"
        return repr(self._planned().execute(self._filled(self.grant)))

    def _on_confirm(self) -> str:
        self.code = "plans.confirm()"
        return repr(self._planned().confirm())

    def _on_answer(self) -> str:
        for field in (self.right, self.outcome):
            if not field.value:
                raise _words.refusal("field_empty", field=field.description)
        told = {"reason": self.answer_why.value.strip(), "evidence": self.evidence.value.strip()}
        receipt = self._one().answer(self.right.value, self.outcome.value, list(self.grounds.value), **told)
        self.code = f"desk.rights.request({self._one().id!r}).answer({self.right.value!r}, {self.outcome.value!r}, ...)"
        self.answer_why.value = self.evidence.value = ""
        self.grounds.value = ()
        found = self._one().found
        return repr(receipt) if found is None or found.is_whole else f"{receipt!r}\n⚠ {self._say('not_whole')}"

    def _on_draft(self) -> str:
        self._letter = self._one().draft(self.kind.value, lang=self.language.value)
        self.code = f"desk.rights.request({self._one().id!r}).draft({self.kind.value!r}, lang={self.language.value!r})"
        self.letter_view.value = self._letter._repr_html_()
        return "\n".join([str(self._letter.title), *self._open()])

    def _open(self) -> list[str]:
        """The blanks of the letter, by name."""
        names = list(dict.fromkeys(self._letter.blanks))
        return [f"⚠ {self._say('blanks', names='; '.join(names))}"] if names else []

    def _on_save(self) -> str:
        path = Path(self._filled(self.file))
        if path.exists():
            raise _words.refusal("draft_exists", path=path)
        letter = self._drafted()
        return "\n".join([self._say("saved", path=letter.save(path).absolute(), count=len(letter.blanks)), *self._open()])

    def _on_sent(self) -> str:
        return repr(self._one().sent(self._drafted()))

    def _drafted(self) -> Any:
        """The letter as it was shown: what was not seen is not saved or recorded as sent."""
        if self._letter is None:
            raise _words.refusal("press_first", button=self._say("draft"))
        return self._letter

    # --- showing

    def _read(self) -> None:
        """The register of requests, the one that is chosen, and what was found."""
        table = self._desk.rights.requests()
        self.listed.value = self._tabled("listed", table, LISTED)
        known, kept = list(table["id"]), self.chosen.value
        if [value for _, value in self.chosen.options] != ["", *known]:
            self.chosen.options = [("", ""), *((one, one) for one in known)]
            self.chosen.value = kept if kept in known else ""
        if self.request is None:
            self.view.value = ""
            return
        self.view.value = self.request._repr_html_() + str(_shown.show(self.request.owed)._repr_html_())
        if self._desk.standpoint.by:
            rights, kept = _law.codes("right"), self.right.value
            mine = self.request.record.rights or ()
            self.right.options = [("", ""), *((rights[str(one)].name[self._lang], str(one)) for one in mine)]
            self.right.value = kept if kept in mine else ""
        if (found := self.request.found) is not None:
            views = self._tabled("finding", found.tables, TABLES) + self._tabled(
                "near", found.near, ["number", "decision", "source", "table", "by", "row"]
            )
            self.found_view.value = views + self._tabled("masks", found.masks, ["number", "kind", "value", "found_in", "decision"])

    def _tabled(self, key: str, frame: Any, names: list[str]) -> str:
        shown = frame[[one for one in names if one in frame.columns]]
        return _html.heading(self._say(key, count=len(frame))) + (str(_shown.show(shown)._repr_html_()) if len(frame) else "")

    def static(self) -> str:
        """The register of requests and the one that is chosen, without any value of a person: what is saved with a notebook."""
        return self.listed.value + self.view.value
