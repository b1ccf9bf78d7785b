"""What the toolkit refuses, as conditions. A refusal is one line: what was expected, what came, what to do next."""

from __future__ import annotations


class Refusal(Exception):
    """A user's mistake or an obstacle, told in one line without a traceback.

    `str(refusal)` is English; `refusal.text("fi")` is the same line in Finnish, Swedish or English. A notebook shows it
    in the language of the Desk that refuses; what no Desk refuses, such as a record that cannot be, in that of the one opened last.
    """

    lang = "en"

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__(said["en"])
        self.said = said

    def text(self, lang: str) -> str:
        """The line in `lang` (`fi`, `sv` or `en`)."""
        return self.said[lang]

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [f"{type(self).__name__}: {self.text(self._spoken())}"]

    def _spoken(self) -> str:
        """The language of the first Desk, room or case on the way down to where this was raised."""
        step = self.__traceback__
        while step is not None:
            owner = step.tb_frame.f_locals.get("self")
            for one in (owner, getattr(owner, "_room", None), getattr(owner, "room", None)):
                if (at := getattr(one, "standpoint", None)) is not None:
                    return str(at.lang)
            step = step.tb_next
        return Refusal.lang


class BadInput(Refusal, ValueError):
    """A value that the record, date or period does not understand."""


class UnknownValue(BadInput):
    """A value outside a list of the law or of the toolkit; the nearest match is named."""


class UnknownField(BadInput):
    """A field that the record does not have; the nearest match is named."""


class BadDate(BadInput):
    """Text that is no calendar day or no instant in an accepted form."""


class NotFound(Refusal, KeyError):
    """Nothing of that name stands on the Desk's day; the nearest match is named."""

    def __str__(self) -> str:
        return self.said["en"]


class Changed(Refusal):
    """Somebody else recorded the same thing after it was read here."""


class PastStandpoint(Refusal):
    """A Desk that looks at another day reads only."""


class StoreBusy(Refusal):
    """Another process holds the journal; the line names it."""


class StoreFailed(Refusal):
    """The journal could not be read or written; nothing was half-written."""


class NotAJournal(StoreFailed):
    """The file is no journal of this toolkit."""


class NewerFormat(StoreFailed):
    """The file was written by a newer version of the toolkit."""


class BadFile(Refusal):
    """A file that cannot be read as a register, or written."""


class SourceFailed(Refusal):
    """A source of the company's data that could not be read or written; it is as it was."""


class ExtraMissing(BadInput):
    """A part that is installed by a name of its own; the line tells which."""


class StampOfAnother(BadFile):
    """A time stamp of a seal that this journal does not have."""


class BadNoun(Exception):
    """A query of ours that names what no file of `sql/` has: a defect of the package, which `make nouns` mends."""


class BadFact(Exception):
    """A file in `facts/` that breaks its own rules: a defect of the package, not of the user."""


class BadWords(Exception):
    """Files in `words/` of which two hold one entry: a defect of the package, not of the user."""
