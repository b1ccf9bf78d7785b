"""Peers over the same table, in an interpreter that has them: `python peers.py <table.parquet>` prints a line of JSON for each.

Presidio with its pattern recognisers only (no language model is loaded), colscan as it comes; of each so many rows that it takes seconds.
"""

import json
import resource
import sys

import duckdb

PRESIDIO_ROWS, COLSCAN_ROWS = 200, 5_000
SHARE = 0.2
"""Of a column's values, so many must be recognised by Presidio for the column to count as found."""
LEAST = 0.4  # what Presidio gives a phone number
APART = {"DATE_TIME", "URL", "UUID", "MAC_ADDRESS"}


def spent():
    """Seconds of processor so far."""
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def columns(path, rows):
    """The columns of text of a table, each as a list of its first values."""
    names = [name for name, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall() if kind == "VARCHAR"]
    found = duckdb.sql(f"SELECT {', '.join(names)} FROM '{path}' LIMIT {rows}").fetchall()
    return dict(zip(names, map(list, zip(*found, strict=True)), strict=True))


def presidio(table):
    """The columns of which enough values are recognised as something of a person; days, addresses of pages and UUIDs do not count."""
    from presidio_analyzer import PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.predefined_recognizers import FiPersonalIdentityCodeRecognizer, PhoneRecognizer

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    known = [one for one in registry.recognizers if isinstance(one, PatternRecognizer) and not set(one.supported_entities) & APART]
    known += [FiPersonalIdentityCodeRecognizer(), PhoneRecognizer(supported_regions=("FI",))]
    before = spent()
    found = []
    for name, values in table.items():
        hits = sum(any(one.score >= LEAST for p in known for one in p.analyze(value, p.supported_entities, None) or ()) for value in values)
        found += [name] if hits >= SHARE * len(values) else []
    return found, spent() - before


def colscan(table):
    """The columns that it calls personal."""
    import colscan as told

    before = spent()
    found = [name for name, values in table.items() if told.scan_column(values, name)["gdpr"]["personal"]]
    return found, spent() - before


for peer, most in ((presidio, PRESIDIO_ROWS), (colscan, COLSCAN_ROWS)):
    table = columns(sys.argv[1], most)
    found, seconds = peer(table)
    values = sum(map(len, table.values()))
    print(json.dumps({"peer": peer.__name__, "rows": most, "values": values, "seconds": round(seconds, 2), "found": found}))
