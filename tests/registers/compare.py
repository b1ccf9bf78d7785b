"""What was understood of a register beside what `registers.toml` says must come out of it: the differences, and a verdict."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivplus_tools._records import Part, Stated
from ivplus_tools.errors import Refusal

OPEN, WRONG = "open", "WRONG"
"""A value that waits for the officer, kept or told; and everything that must not be."""
LONG = 12
"""From how many letters on a phrase may stand in the fields that name it only."""
ANYWHERE = {"name", "remarks", "retention"}
ITSELF = {"purposes": "purpose", "recipients": "recipient"}
"""Lists of parts whose own name means their first text."""


@dataclass(frozen=True)
class Difference:
    """One expectation that is not met."""

    weight: str
    subject: str
    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.weight:5} {self.subject[:32]!r} {self.place}: {self.said}"


@dataclass
class Verdict:
    """How a file came out: right, explained (what is not understood waits and is told), or misfiled."""

    name: str
    differences: list[Difference] = field(default_factory=list)
    refused: str = ""
    hard: bool = False

    @property
    def is_misfiled(self) -> bool:
        """Whether a value stands where it must not, or one was lost."""
        return any(one.weight == WRONG for one in self.differences)

    @property
    def word(self) -> str:
        """The verdict in a word."""
        if self.is_misfiled:
            return "misfiled"
        return "explained" if self.differences or (self.refused and not self.hard) else "right"

    def __str__(self) -> str:
        lines = [f"{self.word:9} {self.name}", *(f"    {one}" for one in self.differences)]
        return "\n".join([*lines, *([f"    refused: {self.refused}"] if self.refused else [])])


def plain(text: object) -> str:
    """A text as it is compared."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", str(text))).casefold().strip()


def stands(word: str, text: str) -> bool:
    """Whether one of the words between bars stands in a text: a number as a whole number, a very short word as a whole word."""
    for one in map(plain, word.split("|")):
        short = len(one) < 4 and not one.isdigit()
        edge = r"\w" if short else r"\d"
        before = f"(?<!{edge})" if short or one[0].isdigit() else ""
        after = f"(?!{edge})" if short or one[-1].isdigit() else ""
        if re.search(f"{before}{re.escape(one)}{after}", text):
            return True
    return False


def stands_whole(word: str, text: str) -> bool:
    """Whether a word or phrase stands in a text as such, not inside another word."""
    return re.search(rf"(?<!\w){re.escape(plain(word))}(?!\w)", text) is not None


def places(record: Any) -> dict[str, str]:
    """All texts of a record by field: `purposes` their names, `purposes.statute` and so on; `retention` with all that it says."""
    found: dict[str, list[object]] = {}
    for name, value in record:
        if name in ("id", "imported"):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Part):
                for inner, text in one:
                    own = name == "retention" or inner == ITSELF.get(name)
                    found.setdefault(name if own else f"{name}.{inner}", []).append(text)
            elif not isinstance(one, Stated):
                found.setdefault(name, []).append(one)
    return {name: text for name, many in found.items() if (text := plain(" ¦ ".join(str(one) for one in many if one is not None)))}


def values(record: Any, name: str) -> list[Any]:
    """The values of a field, or of a field of its parts."""
    outer, _, inner = name.partition(".")
    value = getattr(record, outer)
    many = list(value) if isinstance(value, tuple) else [value]
    found = [getattr(one, inner) if inner and isinstance(one, Part) else None if inner else one for one in many]
    return [one for one in found if one is not None and (not isinstance(one, Part) or any(text is not None for _, text in one))]


def state(record: Any, name: str) -> str:
    """How a field is answered: none, not_applicable, open or text."""
    found = values(record, name)
    if not found:
        return "open"
    return found[0].state if isinstance(found[0], Stated) else "text"


def every_of(spec: Mapping[str, Any], activity: Mapping[str, Any]) -> dict[str, Any]:
    """What is expected of an activity, with what is expected of every one."""
    made: dict[str, Any] = {**spec.get("every", {}), **activity}
    for name in ("has", "code", "code_if", "day", "answer", "not_in"):
        made[name] = {**spec.get("every", {}).get(name, {})}
        for key, said in activity.get(name, {}).items():
            both = name in ("has", "not_in") and key in made[name]
            made[name][key] = [*made[name][key], *said] if both else said
    return made


class Understood:
    """A preview, as it is compared."""

    def __init__(self, preview: Any) -> None:
        things = [thing for thing, _ in preview._reading.things]
        self.records = [one for one in things if one.kind == "activity"]
        self.others = [one for one in things if one.kind != "activity"]
        columns = preview.columns.astype(str).to_dict("records")
        self.columns = [(one["heading"], one["field"], one.get("doubt", "")) for one in columns]
        self.problems = preview.problems.astype(str).to_dict("records")
        self.apart = [" ".join(map(str, one)) for one in preview.set_apart.itertuples(index=False)]
        lines = [" ".join(one.values()) for one in self.problems] + self.apart
        self.told = [plain(one) for one in [*lines, *(f"{heading} {doubt}" for heading, _, doubt in self.columns if doubt)]]

    def tells(self, word: str) -> bool:
        """Whether a problem, a doubt or a row set apart speaks of it."""
        return any(stands_whole(one, line) for line in self.told for one in word.split("|"))

    def headings_of(self, name: str) -> list[str]:
        """The headings of a field, or of a part's field."""
        return [heading for heading, known, _ in self.columns if known and known == name.rpartition(".")[2]]

    def waits(self, record: Any, name: str) -> bool:
        """Whether what a file says for a field is kept with the record or told: by its heading, or, where none is known, kept at all."""
        known = [plain(one) for one in self.headings_of(name)]
        kept = [plain(one) for one in record.imported or {}]
        told = [plain(one["column"]) for one in self.problems if one["column"]]
        if known:
            return any(one.startswith(heading) for heading in known for one in [*kept, *told])
        return bool(kept)


class Comparison:
    """One register's expectations over what was understood of it."""

    def __init__(self, spec: Mapping[str, Any], got: Understood) -> None:
        self.spec, self.got = spec, got
        self.differences: list[Difference] = []

    def run(self) -> list[Difference]:
        """Every difference."""
        pairs = self._paired()
        for expected, record, content in pairs:
            if record is not None:
                self._activity(expected, record)
            elif content is not None:
                self._set_apart(expected, content)
        self._whole_file(pairs)
        return self.differences

    def _add(self, weight: str, subject: str, place: str, said: str) -> None:
        self.differences.append(Difference(weight, subject, place, said))

    def _paired(self) -> list[tuple[dict[str, Any], Any, str | None]]:
        """Each expected activity with the record of its title, else with the row set apart that has it."""
        left, apart, found = list(self.got.records), list(self.got.apart), []
        for activity in self.spec["activity"]:
            title = plain(activity["title"])
            tests = (
                lambda one, title=title: plain(one.name or one.id) == title,
                lambda one, title=title: title in plain(f"{one.name} {one.id}"),
                lambda one, title=title: any(title in plain(text) for text in (one.imported or {}).values()),
                lambda one, title=title: any(title in text for text in places(one).values()),
            )
            record = next((one for test in tests for one in left if test(one)), None)
            content = next((one for one in apart if stands_whole(title, plain(one))), None) if record is None else None
            if record is not None:
                left.remove(record)
            elif content is not None:
                apart.remove(content)
            found.append((every_of(self.spec, activity), record, content))
        for one in left:
            self._add(WRONG, one.name or one.id, "count", "an activity that the register does not have")
        return found

    # --- the whole file

    def _whole_file(self, pairs: list[tuple[dict[str, Any], Any, str | None]]) -> None:
        for expected, record, content in pairs:
            if record is None and content is None:
                self._add(WRONG, expected["title"], "count", "the activity is missing")
        for one in self.got.others:
            self._add(WRONG, one.id, "count", f"a record of another kind: {one.kind}")
        for many in self.spec.get("told", []):
            if not any(map(self.got.tells, many)):
                self._add(WRONG, "", "told", f"nothing speaks of {' / '.join(many)}")
        self._never()
        for heading in self.spec.get("unknown", []):
            self._unknown(heading)

    def _never(self) -> None:
        for record in self.got.records:
            for word in self.spec.get("never", []):
                for name, text in places(record).items():
                    if stands_whole(word, text):
                        self._add(WRONG, record.name or record.id, name, f"never {word!r}: {text[:60]!r}")

    def _unknown(self, heading: str) -> None:
        """A heading without a field is a heading: it takes its text to no field, and nothing of it is swallowed."""
        allowed = {name for one in self._has_keys() if "kept" in one.split("|") for name in one.split("|")}
        seen = False
        for known, name, doubt in self.got.columns:
            if plain(heading) in plain(known):
                seen = True
                if name and not doubt and name not in allowed:
                    self._add(WRONG, "", name, f"the heading {heading!r} has no field")
        kept = any(plain(heading) in plain(one) for record in self.got.records for one in record.imported or {})
        if not (seen or kept or self.got.tells(heading)):
            self._add(WRONG, "", "unknown", f"the heading {heading!r} is not seen as one")

    def _has_keys(self) -> Iterator[str]:
        for one in [self.spec.get("every", {}), *self.spec["activity"]]:
            yield from one.get("has", {})

    # --- one activity

    def _set_apart(self, expected: dict[str, Any], content: str) -> None:
        """A row that waits because its role is unknown; nothing of it may be lost."""
        title = expected["title"]
        if "unknown" not in expected.get("role", []):
            self._add(OPEN, title, "role", "the row is set apart")
        for key, words in expected["has"].items():
            for word in words:
                if not (stands(word, plain(content)) or any(stands(word, line) for line in self.got.told)):
                    self._add(WRONG, title, key, f"{word!r} is lost")

    def _activity(self, expected: dict[str, Any], record: Any) -> None:
        title, texts = expected["title"], places(record)
        if plain(title) not in plain(record.name or record.id):
            self._add(OPEN, title, "name", f"{record.name or record.id!r}")
        if "role" in expected and record.role not in expected["role"]:
            self._add(WRONG, title, "role", f"{record.role}, expected {' or '.join(expected['role'])}")
        for key, words in expected["has"].items():
            for word in words:
                self._has(title, record, texts, key, word)
        self._strays(title, texts, expected["has"])
        for name, words in expected["not_in"].items():
            for word in words:
                if (said := self._text_of(texts, record, name)) and plain(word) in said:
                    self._add(WRONG, title, name, f"must not have {word!r}: {said[:60]!r}")
        self._codes(title, record, expected)
        self._pairs(title, record, expected.get("pair", []))
        self._answers(title, record, expected)
        for name in expected.get("doubt", []):
            self._doubt(title, record, name)

    @staticmethod
    def _text_of(texts: Mapping[str, str], record: Any, name: str) -> str:
        homes = {"kept": " ¦ ".join((record.imported or {}).values()), "id": record.id}
        return plain(homes[name]) if name in homes else texts.get(name, "")

    def _has(self, title: str, record: Any, texts: Mapping[str, str], key: str, word: str) -> None:
        """A word in one of its fields; else it waits, kept or told, or is lost."""
        names = key.split("|")
        if any(stands(word, self._text_of(texts, record, name)) for name in names):
            return
        kept = self._text_of(texts, record, "kept")
        short = all(len(one) < 4 for one in word.split("|"))
        waits = self.got.waits(record, names[0]) if short else any(stands(word, one) for one in [kept, *self.got.told])
        if waits or stands(word, kept):
            if "kept" not in names:
                self._add(OPEN, title, key, f"{word!r} waits")
            return
        elsewhere = [] if short else [name for name, text in texts.items() if stands(word, text)]
        self._add(WRONG, title, key, f"{word!r} " + (f"stands in {', '.join(elsewhere)}" if elsewhere else "is lost"))

    def _strays(self, title: str, texts: Mapping[str, str], has: Mapping[str, list[str]]) -> None:
        """A long phrase stands in no field but those that name it."""
        homes: dict[str, set[str]] = {}
        for key, words in has.items():
            for word in words:
                for one in word.split("|"):
                    homes.setdefault(one, set()).update(key.split("|"))
        for one, names in homes.items():
            for name, text in texts.items():
                if len(one) >= LONG and name not in names | ANYWHERE and plain(one) in text:
                    self._add(WRONG, title, name, f"{one!r} belongs to {', '.join(sorted(names))}")

    def _codes(self, title: str, record: Any, expected: dict[str, Any]) -> None:
        for name, codes in expected["code"].items():
            self._value(title, record, name, {str(one) for one in values(record, name)}, set(codes))
        for name, codes in expected["code_if"].items():
            found = {str(one) for one in values(record, name) if not isinstance(one, Stated)}
            if found - set(codes):
                self._add(WRONG, title, name, f"{sorted(found)}, at most {codes}")
        for name, day in expected["day"].items():
            self._value(title, record, name, {str(one) for one in values(record, name)}, {day})

    def _value(self, title: str, record: Any, name: str, found: set[str], wanted: set[str]) -> None:
        if found == wanted:
            return
        missing = found < wanted and self.got.waits(record, name)
        self._add(OPEN if missing else WRONG, title, name, f"{sorted(found)}, expected {sorted(wanted)}")

    def _pairs(self, title: str, record: Any, pairs: Iterable[list[str]]) -> None:
        """Each purpose with its own legal basis."""
        for phrase, wanted in pairs:
            parts = [one for one in record.purposes or () if one.purpose and plain(phrase) in plain(one.purpose)]
            found = {one.legal_basis for one in parts} - {None}
            place, waits = f"purposes {phrase!r}", self.got.waits(record, "purposes.legal_basis")
            code = wanted.rstrip("?")
            if not parts:
                self._add(OPEN if self.got.waits(record, "purposes") else WRONG, title, place, "no such purpose")
            elif found - {code}:
                self._add(WRONG, title, place, f"{sorted(found)}, expected {wanted or 'none'}")
            elif code and not found and not (wanted.endswith("?") and waits):
                self._add(OPEN if waits else WRONG, title, place, f"no legal basis, expected {wanted}")

    def _answers(self, title: str, record: Any, expected: dict[str, Any]) -> None:
        for name, allowed in expected["answer"].items():
            found = state(record, name)
            if found in allowed:
                continue
            waits = found == "open" and self.got.waits(record, name)
            said = f": {[str(one) for one in values(record, name)]}" if found == "text" else ""
            self._add(OPEN if waits else WRONG, title, name, f"{found}{said[:80]}, expected {' or '.join(allowed)}")

    def _doubt(self, title: str, record: Any, name: str) -> None:
        """A field that must be left open, with its text kept or told; a period may stand as it was written."""
        found = [str(one) for one in values(record, name)]
        guessed = [one for one in found if name != "retention.period" or re.match(r"P\d", one)]
        shown = any(doubt for _, known, doubt in self.got.columns if known == name.rpartition(".")[2])
        if guessed and not shown:
            self._add(WRONG, title, name, f"{guessed} is a guess")
        elif not (found or shown or self.got.waits(record, name)):
            self._add(WRONG, title, name, "open, and nothing tells it")


def judge(desk: Any, spec: Mapping[str, Any], path: Path) -> Verdict:
    """Read a register into a preview and compare it; where roles are asked for, also as the officer answers."""
    verdict = Verdict(spec["name"], hard=spec.get("hard", False))
    try:
        got = Understood(desk.register.read(path))
        verdict.differences = Comparison(spec, got).run()
        roles = {one for activity in spec["activity"] for one in every_of(spec, activity).get("role", [])} - {"unknown"}
        if got.apart and len(roles) == 1 and len(got.records) < spec["count"]:
            answered = Comparison(spec, Understood(desk.register.read(path, role=roles.pop()))).run()
            verdict.differences = list(dict.fromkeys([*verdict.differences, *answered]))
    except Refusal as refusal:
        verdict.refused = str(refusal)
    except Exception as error:  # a register is understood or refused, never a crash
        verdict.differences = [Difference(WRONG, "", "crash", f"{type(error).__name__}: {error}")]
    return verdict
