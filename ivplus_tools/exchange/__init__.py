"""Registers in and out: a preview that loses nothing, then all or nothing; complete spreadsheets and documents that execute nowhere."""

from __future__ import annotations

from ivplus_tools.exchange.calendars import render as calendar
from ivplus_tools.exchange.headings import Wishes
from ivplus_tools.exchange.preview import Preview
from ivplus_tools.exchange.reading import read
from ivplus_tools.exchange.sample import read_sample
from ivplus_tools.exchange.writing import csv_text, plain_rows, put, tables, text_rows

__all__ = ["Preview", "Wishes", "calendar", "csv_text", "plain_rows", "put", "read", "read_sample", "tables", "text_rows"]
