"""A room whose records come from files and go into files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivplus_tools import _store, _words
from ivplus_tools._room import Room, S

if TYPE_CHECKING:
    from ivplus_tools.documents import Document
    from ivplus_tools.exchange import Preview


class FiledRoom(Room[S]):
    """What every room does with files of its own; the register reads those of others too."""

    def read(self, path: str | Path) -> Preview:
        """Preview of a workbook, CSV or JSON that this room has written (`write`): nothing is written before `.commit(why=)`."""
        from ivplus_tools import exchange

        return exchange.read(self, _store.path_of(path))

    def write(self, path: str | Path, lang: str | None = None) -> Path:
        """Write what stands: `.xlsx` and `.json` with every field of every record, `.csv` the first kind of the room.

        `.docx`, `.html`, `.pdf`, `.md`: the room's document for readers, where it has one.
        """
        from ivplus_tools import documents, exchange

        state, file = self.speaking(lang).state(), _store.path_of(path)
        told = self.document_of(state) if file.suffix.lower() in documents.WRITERS else None
        if told is None and file.suffix.lower() in documents.WRITERS:
            raise _words.refusal("no_document", got=file.suffix)
        return _store.put(file, documents.render(told, file) if told else exchange.tables(state, file))

    def document_of(self, state: S) -> Document | None:  # noqa: ARG002  some rooms have none
        """What stands, for readers."""
        return None
