"""Art. 12-14: what we published, held against the law and the register, and the notice written from the register."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ivplus_tools import _dates, _findings, _html, _room, _shown, _store, _words
from ivplus_tools._findings import FINDING_COLUMNS, rows_of
from ivplus_tools._records import Record
from ivplus_tools._room import Room
from ivplus_tools._store import Receipt
from ivplus_tools.documents import Document
from ivplus_tools.notice import against, dates, items, page, plain, promises
from ivplus_tools.notice import draft as drafts
from ivplus_tools.notice import findings as checks
from ivplus_tools.notice.records import NoticeCheck, NoticeMatch, PrivacyNotice
from ivplus_tools.notice.state import NoticeState

if TYPE_CHECKING:
    import pandas

LONGEST_UNREAD = 120


class Reading:
    """A notice as it was read: `.items .findings .matches .promises .dates .plain .unread` are frames, `.text` is what they point into."""

    def __init__(self, state: NoticeState, read: page.Page, subject: str) -> None:
        self._state, self._page, self.subject = state, read, subject
        self.text, self.languages = read.text, read.langs

    @cached_property
    def _judged(self) -> list[items.Item]:
        return items.judge(self._page, self._state.on, self._state.needed)

    @cached_property
    def _compared(self) -> list[against.Match]:
        return against.compare(self._page, self._state, self.subject)

    @cached_property
    def _placed(self) -> list[tuple[int, _findings.Finding]]:
        return list(checks.placed(self._page, self._state, self._judged, self._compared))

    @property
    def items(self) -> pandas.DataFrame:
        """What the law asks: item, name, present (yes, no, cannot_tell, not_needed), quote, start, end, line, rule, needed, phrase."""
        facts = {code: fact for code, fact, _ in items.asked(self._state.on)}
        rows = [
            (one.code, facts[one.code].name[self._lang], one.present, *self._place(one.start, one.end), one.rule,
             {True: "yes", False: "no", None: "cannot_tell"}[one.needed], one.phrase)
            for one in self._judged
        ]  # fmt: skip
        columns = ("item", "name", "present", "quote", "start", "end", "line", "rule", "needed", "phrase")
        return self._frame(columns, rows, present="notice_present", needed="notice_needed")

    @property
    def findings(self) -> pandas.DataFrame:
        """What is missing, stale, wrong or against the register: room, subject, code, severity, finding, rule, since."""
        found = (replace(one, subject=self.subject, since=self._state.on) for _, one in self._placed)
        return _room.frame(FINDING_COLUMNS, rows_of("notice", found, self._lang), self._lang)

    @property
    def matches(self) -> pandas.DataFrame:
        """The register against the notice: what, term, state (said, not_said, contradicted, not_in_register, cannot_tell), quote, ..."""
        rows = []
        for one in self._compared:
            term = against.shown(one)[self._lang]
            what = _words.field_label(one.what, self._lang)
            rows.append((what, term, one.state, *self._place(one.start, one.end), one.record))
        columns = ("what", "term", "state", "quote", "start", "end", "line", "record")
        return self._frame(columns, rows, state="notice_match_state")

    @property
    def promises(self) -> pandas.DataFrame:
        """Every sentence: quote, start, end, line, topic, state (kept, nothing_keeps_it, informs), kept_by, records."""
        rows = []
        for one in promises.of_page(self._page, self._state):
            names = "; ".join(_words.say(f"kind_plural.{kind}", self._lang) for kind in one.kinds)
            topic = _words.say(f"promise.{one.topic}", self._lang) if one.topic else ""
            rows.append((*self._place(one.start, one.end), topic, one.state, names, one.records))
        columns = ("quote", "start", "end", "line", "topic", "state", "kept_by", "records")
        return self._frame(columns, rows, state="promise_state")

    @property
    def dates(self) -> pandas.DataFrame:
        """The days that the text says of itself: what (published, changed), day (none where it cannot be told which), quote, ..."""
        rows = [(one.what, one.day, *self._place(one.start, one.end)) for one in dates.of_page(self._page)]
        return self._frame(("what", "day", "quote", "start", "end", "line"), rows, what="notice_date")

    @property
    def plain(self) -> pandas.DataFrame:
        """What makes it heavy to read (Art. 12(1)): what (long_sentence, heavy_word), words of the sentence, plainer, quote, ..."""
        rows = [(one.what, one.words, one.plainer, *self._place(one.start, one.end)) for one in plain.heavy(self._page)]
        return self._frame(("what", "words", "plainer", "quote", "start", "end", "line"), rows, what="notice_heavy")

    @property
    def unread(self) -> pandas.DataFrame:
        """What was left out: reason, text."""
        return self._frame(("reason", "text"), [(self._reason(key), text) for key, text in self._page.unread])

    def _reason(self, key: str) -> str:
        return _words.say(f"preview.{key}" if key.startswith("doc_") else f"unread.{key}", self._lang)

    @property
    def _lang(self) -> str:
        return self._state.lang

    def _place(self, start: int, end: int) -> tuple[str, int, int, int]:
        return (self.text[start:end], start, end, self._page.line(start)) if start >= 0 else ("", -1, -1, 0)

    def _frame(self, columns: tuple[str, ...], rows: list[Any], **lists: str) -> pandas.DataFrame:
        table = _room.frame(columns, rows, self._lang)
        table.attrs["lists"] = lists
        return table

    def lines(self) -> list[tuple[int, str, str, str, str]]:
        """Findings for a linter: line, code, severity, sentence, rule; what stands nowhere is of line 1."""
        rows = []
        for start, one in self._placed:
            told = _findings.row_of("notice", one, self._lang)
            rows.append((self._page.line(start) if start >= 0 else 1, told.code, told.severity, told.finding, told.rule))
        return sorted(rows, key=lambda row: (_findings.SEVERITIES.index(row[2]), row))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many items are said, not said, cannot be told, are not needed; how many terms differ from the register."""
        told = [one.present for one in self._judged]
        differs = sum(one.state in checks.DIFFERS for one in self._compared)
        return {**{one: told.count(one) for one in (items.YES, items.NO, items.CANNOT_TELL, items.NOT_NEEDED)}, "differs": differs}

    def __repr__(self) -> str:
        told = self.counts
        line = _words.say("notice.summary", self._lang, name=self._page.name, **told)
        unread = [f"{self._reason(key)}: {text[:LONGEST_UNREAD]}" for key, text in self._page.unread]
        return "\n".join([line, *(_words.say("notice.unread", self._lang, told=one) for one in unread)])

    def _repr_html_(self) -> str:
        return _html.paragraph(repr(self)) + _shown.show(self.items[["name", "present", "quote", "rule"]])._repr_html_()


class NoticeRoom(Room[NoticeState]):
    """Notices that were published, and notices that are read before they are."""

    name: ClassVar[str] = "notice"
    records: ClassVar[tuple[type[Record], ...]] = (PrivacyNotice, NoticeMatch, NoticeCheck)
    reads: ClassVar[type[NoticeState]] = NoticeState
    findings_of = staticmethod(checks.findings)
    inner: ClassVar[frozenset[str]] = frozenset(("end",))

    def notices(self) -> pandas.DataFrame:
        """Notices that stand: id, notice_title, notice_language, notice_address, published, notice_file, notice_hash, ..."""
        return _store.frame(self.standpoint, "FROM privacy_notices() ORDER BY id")

    def overview(self) -> pandas.DataFrame:
        """Each notice that stands, judged: id, published, yes, no, cannot_tell, not_needed (items), differs (terms), checked, is_same."""
        state, rows = self.state(), []
        columns = ("id", "published", "yes", "no", "cannot_tell", "not_needed", "differs", "checked", "is_same")
        for one in (stands.record for stands in state.notices):
            looked = state.last_check(one.id)
            counts = Reading(state, state.page(one), one.id).counts
            seen = (looked.checked, looked.is_same) if looked else (None, None)
            rows.append((one.id, one.published, *(counts[name] for name in columns[2:7]), *seen))
        return _room.frame(columns, rows, self.standpoint.lang, days=("published", "checked"))

    def read(self, path: str | Path, lang: str | None = None) -> Reading:
        """Read a page (HTML, Markdown, Word, text, PDF) and judge it; nothing is recorded. `lang`: where it is not to be guessed."""
        file, state = _store.path_of(path), self.state()
        made = _read(file, lang)
        known = next((one.record.id for one in state.notices if one.record.notice_hash == made.digest), None)
        return Reading(state, made, known or file.name)

    def reading(self, id: str) -> Reading:  # noqa: A002
        """A notice that was published, read again by what is known today."""
        state = self.state()
        one = state.find(id, "privacy_notice").record
        return Reading(state, state.page(one), one.id)

    def draft(self, lang: str | None = None) -> Document:
        """The notice of Art. 13 and 14 from the register and nothing else; what nobody has told is a marked blank."""
        return drafts.draft(self.speaking(lang).state())

    def publish(
        self,
        path: str | Path,
        on: object,
        id: str | None = None,  # noqa: A002
        address: str | None = None,
        lang: str | None = None,
        why: str = "",
    ) -> Receipt:
        """Record that this page is published from a day on: its text, word by word, and the hash of its file."""
        file = _store.path_of(path)
        read = _read(file, lang)
        if not read.langs:
            raise _words.refusal("notice_language", path=file.name)
        title = next((read.text[one.start : one.end].lstrip("# ") for one in read.sentences), file.name)
        since = _dates.day(on)
        if since > self.standpoint.now.date():
            raise _words.refusal("not_yet_published", got=since)
        made = PrivacyNotice.of(
            id or file.stem, notice_title=title[:200], notice_language=_words.SPOKEN[read.langs[0]], notice_address=address,
            published=since, notice_file=file.name, notice_hash=read.digest,
            notice_unread=[f"{key}: {text}"[:200] for key, text in read.unread] or None, notice_text=read.text,
        )  # fmt: skip
        return self.seal_act([made], since, why or _words.say("notice.published", self.standpoint.lang, path=file.name))

    def take_down(self, id: str, on: object, why: str) -> Receipt:  # noqa: A002
        """Say that a notice is no longer published from a day on, or was recorded by mistake; its text and history stay."""
        stands = self.state().find(id, "privacy_notice")
        since, reason = self.when_and_why(on, why)
        return _store.append(self.standpoint, [_store.Draft(self.name, PrivacyNotice.kind, stands.record.id, since, reason, None)])

    def check(self, id: str, path: str | Path) -> Receipt:  # noqa: A002
        """Record whether the page as it is published now still says what was recorded, and the hash of its file."""
        one, now = self.state().find(id, "privacy_notice").record, _read(_store.path_of(path))
        changed = len(_changed(one.notice_text or "", now.text))
        on = self.standpoint.now.date()
        made = NoticeCheck.of(
            f"{id}/{on}", of_notice=id, checked=on, notice_hash=now.digest, is_same="no" if changed else "yes", lines_changed=changed
        )
        return self.seal_act([made], on, _words.say("notice.checked", self.standpoint.lang, path=Path(path).name, count=changed))

    def differs(self, id: str, path: str | Path) -> pandas.DataFrame:  # noqa: A002
        """The published file as it is now against what was recorded: change (added, removed), text; empty where it is the same."""
        one = self.state().find(id, "privacy_notice").record
        now = _read(_store.path_of(path))
        return _room.frame(("change", "text"), _changed(one.notice_text or "", now.text), self.standpoint.lang)

    def versions(self, id: str) -> pandas.DataFrame:  # noqa: A002
        """Every version of a notice: published, notice_file, notice_hash, recorded_by, why."""
        every = _store.counting(_store.history(self.standpoint, id))
        made = [(one, one.body) for one in every if one.kind == PrivacyNotice.kind and one.body]
        rows = [(body.get("published"), body.get("notice_file"), body.get("notice_hash"), one.recorded_by, one.why) for one, body in made]
        return _room.frame(("published", "notice_file", "notice_hash", "recorded_by", "why"), rows, self.standpoint.lang)

    def told(self, since: object) -> pandas.DataFrame:
        """What readers must be told (WP260 para 29-31): the lines of each notice that came or went since a day: notice, change, text."""
        then = {one.record.id: one.record for one in self.as_of(replace(self.standpoint, valid_on=_dates.day(since))).state().notices}
        rows = []
        for one in (stands.record for stands in self.state().notices):
            before = then[one.id].notice_text if one.id in then else ""
            rows += [(one.id, *row) for row in _changed(before or "", one.notice_text or "")]
        return _room.frame(("notice", "change", "text"), rows, self.standpoint.lang)


def _read(path: Path, lang: str | None = None) -> page.Page:
    """A page from a file; what reads files is loaded only for that."""
    from ivplus_tools.notice import files

    return files.read(path, lang)


def _changed(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that went and came, in the order of the page."""
    old, new = ([line.strip() for line in text.splitlines() if line.strip()] for text in (before, after))
    marks = {"- ": "removed", "+ ": "added"}
    return [(marks[one[:2]], one[2:]) for one in difflib.ndiff(old, new) if one[:2] in marks]
