"""A rule of three years over a table of one source, for tests of what an erasure counts, holds and tells."""

import ivplus_tools as ivp

NOW = "2026-06-01T09:00"


def rule(ident="r", **fields):
    """Three years from the event, over table t of source s."""
    told = {
        "source": "s", "table": "t", "subject_key": "id", "start_column": "d", "start_event": "EVENT",
        "period": "P3Y", "reason": "x",
    }  # fmt: skip
    return ivp.RetentionRule(ident, **{**told, **fields})


def put(desk, *things):
    """Record, valid since the beginning of the year."""
    return desk.retention.record(list(things), valid_from="2026-01-01", why="x")


def lay(desk, location, *things, source=None, **fields):
    """A source at a place with a rule over it; the row of its scan."""
    put(desk, ivp.Source("s", location=str(location), **(source or {})), rule(**fields), *things)
    return desk.retention.scan("s").table.iloc[0]
