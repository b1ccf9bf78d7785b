"""Art. 5(1)(c), 25: what personal data lie in systems and on pages, held against the register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ivplus_tools import _room, _store
from ivplus_tools._records import Record
from ivplus_tools.discovery import findings as checks
from ivplus_tools.discovery.records import DataScan, DataTable, PageCheck
from ivplus_tools.discovery.state import CANNOT_TELL, Discovery, is_sure, parts, share_of, sought
from ivplus_tools.exchange.filed import FiledRoom

if TYPE_CHECKING:
    import pandas

    from ivplus_tools.discovery.linking import Links
    from ivplus_tools.discovery.pages import PageSeen
    from ivplus_tools.discovery.scan import Progress, Scan


class DiscoveryRoom(FiledRoom[Discovery]):
    """The data map, and what scans found in the company's systems."""

    name: ClassVar[str] = "discovery"
    records: ClassVar[tuple[type[Record], ...]] = (DataTable, DataScan, PageCheck)
    reads: ClassVar[type[Discovery]] = Discovery
    findings_of = staticmethod(checks.findings)

    def map(self) -> pandas.DataFrame:
        """The data map: id, source, table, activities, subject_key, identifying, links, no_personal_data, reason, reviewed_by."""
        return _store.frame(self.standpoint, "FROM data_tables() ORDER BY id")

    def scan(self, source: str | None = None, sample: int | None = None, progress: Progress | None = None) -> Scan:
        """Read every table of a source, or of all, in place: which columns hold which personal data, and who declares them.

        Whole tables by default; `sample`: so many rows of each, which is told. The answer (columns and counts, never a value)
        is kept in the journal where somebody records. `progress(done, of)` follows.
        """
        from ivplus_tools.discovery import scan as scanning

        return scanning.recorded(self, source, sample, progress)

    def page(self, path: str | Path, keep: bool = False, why: str = "") -> PageSeen:
        """What a saved page sets and asks for (HAR, HTML, EDPS inspection), held against the register.

        `keep`: the journal keeps names of cookies and hosts under the page's address, and findings follow; never a value.
        """
        from ivplus_tools.discovery import keeping
        from ivplus_tools.discovery.page import read
        from ivplus_tools.discovery.pages import PageSeen

        file = _store.path_of(path)
        seen = PageSeen(self.state(), read(file))
        if keep:
            seen.receipt = keeping.keep(self, seen, file, why)
        return seen

    def pages(self) -> pandas.DataFrame:
        """The pages that were kept: page, checked, file, cookies, need_consent, cannot_tell, hosts, not_seen."""
        names = ("page", "checked", "file", "cookies", "need_consent", "cannot_tell", "hosts", "not_seen")
        rows = [
            (one.id, one.page_read, one.page_file, len(cookies), exempt.count("no"), exempt.count(CANNOT_TELL), len(parts(one.seen_hosts)),
             len(parts(one.not_told)))
            for one in self.state().records("page_check")
            for cookies in [parts(one.seen_cookies)] for exempt in [[told.cookie_exempt for told in cookies]]
        ]  # fmt: skip
        return _room.frame(names, rows, self.standpoint.lang, days=("checked",))

    def columns(self) -> pandas.DataFrame:
        """What the last scans found: source, table, column, kind, share, how, declared_by, confidence, scanned. No source is read."""
        state = self.state()
        days = {one.id: one.scanned for one in state.scans}
        rows = [
            (source, table.table, one.column, one.data_kind, share_of(one), one.found_how,
             ", ".join(state.declared_by(source, table.table or "", one.column or "", sought(one))), one.confidence, days[source])
            for source, table, found in state.tables for one in found
        ]  # fmt: skip
        names = ("source", "table", "column", "kind", "share", "how", "declared_by", "confidence", "scanned")
        made = _room.frame(names, rows, self.standpoint.lang, days=("scanned",))
        made.attrs["lists"] = {"kind": "personal_data_kind", "how": "found_how", "confidence": "confidence"}
        return made

    def tables(self) -> pandas.DataFrame:
        """The tables of the last scans, each in one state: source, table, state, new, rows, personal (columns), scanned, not_read."""
        state = self.state()
        days, last = {one.id: one.scanned for one in state.scans}, {one.record.id: one.entry.entry for one in state.of("data_scan")}
        rows = [
            (source, one.table, state.table_state(source, one.table or ""), state.is_new(source, one.table or "", last[source]),
             one.rows_count, sum(map(is_sure, founds)), days[source], one.detail or ", ".join(parts(one.not_read)))
            for source, one, founds in state.tables
        ]  # fmt: skip
        names = ("source", "table", "state", "new", "rows", "personal", "scanned", "not_read")
        made = _room.frame(names, rows, self.standpoint.lang, days=("scanned",))
        made.attrs["lists"] = {"state": "table_state", "new": "told_or_not"}
        return made

    def links(self, source: str) -> Links:
        """Columns of a source's tables that hold keys of another, by names and a sample of values: a suggestion, nothing is recorded."""
        from ivplus_tools.discovery import linking

        return linking.links(self.state(), source)

    def suggest(self, source: str, table: str, links: Links | None = None) -> DataTable:
        """A table of the data map as it stands, with what the last scan found and `links` suggest beside it. Nothing is recorded."""
        return self.state().suggested(source, table, links.of(table) if links else ())
