"""The rights room: the clock and what is owed by cases from the law, the search, the copy, plans, letters, findings and bad input."""

import pytest
from house import cases

from ivplus_tools import _dates
from ivplus_tools.rights import clock, owed
from ivplus_tools.rights.records import DataSubjectRequest

CODES = {"consent": "6(1)(a)", "contract": "6(1)(b)", "legal_obligation": "6(1)(c)", "vital_interests": "6(1)(d)", "public_task": "6(1)(e)", "legitimate_interest": "6(1)(f)"}
