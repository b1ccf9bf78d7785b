"""The data protection officer's toolkit: a sealed journal, dated law, registers, findings and deadlines.

`import ivplus_tools as ivp`, then `desk = ivp.sample()` to look around or `desk = ivp.Desk("ivplus.duckdb", by="tt")` at work.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for true; importing it from typing would double the cost of this import
if TYPE_CHECKING:
    from typing import Any

    from ivplus_tools import evidence, forms, plots
    from ivplus_tools._dates import deadline, kept_through
    from ivplus_tools._law import cite
    from ivplus_tools._records import NONE, not_applicable
    from ivplus_tools._shown import frame as label
    from ivplus_tools._shown import show
    from ivplus_tools.breach.records import Breach, BreachNotice, DataContext, Measure, ScoreChange
    from ivplus_tools.desk import Desk, describe, restore, sample
    from ivplus_tools.errors import Refusal
    from ivplus_tools.evidence import audited
    from ivplus_tools.register.records import Activity, Organisation, Purpose, Recipient, RetentionPeriod, System
    from ivplus_tools.retention.records import ColumnRecipe, Hold, RetentionRule, RowCondition, Source
    from ivplus_tools.review.records import Agreement, Disclosure, Processor, Subprocessor, Transfer, TransferAssessment, Verdict

_HOMES = {
    "NONE": "_records",
    "Activity": "register.records",
    "Agreement": "review.records",
    "Breach": "breach.records",
    "BreachNotice": "breach.records",
    "ColumnRecipe": "retention.records",
    "DataContext": "breach.records",
    "Desk": "desk",
    "Disclosure": "review.records",
    "Hold": "retention.records",
    "Measure": "breach.records",
    "Organisation": "register.records",
    "Processor": "review.records",
    "Purpose": "register.records",
    "Recipient": "register.records",
    "Refusal": "errors",
    "RetentionPeriod": "register.records",
    "RetentionRule": "retention.records",
    "RowCondition": "retention.records",
    "ScoreChange": "breach.records",
    "Source": "retention.records",
    "Subprocessor": "review.records",
    "System": "register.records",
    "Transfer": "review.records",
    "TransferAssessment": "review.records",
    "Verdict": "review.records",
    "audited": "evidence",
    "cite": "_law",
    "deadline": "_dates",
    "describe": "desk",
    "evidence": "",
    "first_day": "forms",
    "forms": "",
    "kept_through": "_dates",
    "label": "_shown",
    "not_applicable": "_records",
    "plots": "",
    "restore": "desk",
    "sample": "desk",
    "show": "_shown",
    "today": "forms",
}
__all__ = [
    "NONE", "Activity", "Agreement", "Breach", "BreachNotice", "ColumnRecipe", "DataContext", "Desk", "Disclosure",
    "Hold", "Measure", "Organisation", "Processor", "Purpose", "Recipient", "Refusal", "RetentionPeriod",
    "RetentionRule", "RowCondition", "ScoreChange", "Source", "Subprocessor", "System", "Transfer",
    "TransferAssessment", "Verdict", "audited", "cite", "deadline", "describe", "evidence", "first_day", "forms", "kept_through",
    "label", "not_applicable", "plots", "restore", "sample", "show", "today",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import ivplus_tools` costs nothing."""
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None and name[:1].isupper() and (found := import_module("ivplus_tools.rooms").record_called(name)):
        return found  # a record of a room that brings its own
    if home is None:
        raise AttributeError(f"module 'ivplus_tools' has no attribute {name!r}")
    if home == "":
        return import_module(f"ivplus_tools.{name}")
    found = getattr(import_module(f"ivplus_tools.{home}"), "frame" if name == "label" else name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
