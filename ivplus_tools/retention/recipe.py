"""Anonymisation: every column has its recipe, the key goes, and what is left is measured: k-anonymity, and what leads to other tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ivplus_tools import _words
from ivplus_tools._sources import Column, Cut, Engine, compose, quoted, reason_of
from ivplus_tools._sources.sql import LINKED, SMALLEST
from ivplus_tools.errors import Refusal

if TYPE_CHECKING:
    from ivplus_tools.retention.records import ColumnRecipe, RetentionRule


@dataclass(frozen=True)
class Proof:
    """What anonymised rows still give away: the smallest group of like rows, and which other tables have the same values."""

    k: int | None = None
    linked: str | None = None


def told(rule: RetentionRule, engine: Engine) -> dict[str, ColumnRecipe]:
    """The recipe by column; refused where a column of the table has none: what nobody thought of would stay."""
    recipe: dict[str, ColumnRecipe] = {str(one.column): one for one in rule.recipe or ()}
    missing = [name for name in engine.columns(str(rule.table)) if name not in recipe and name != rule.subject_key]
    unknown = [name for name in recipe if name not in engine.columns(str(rule.table))]
    twice = len(recipe) < len(rule.recipe or ())
    kept_key = rule.subject_key in recipe and recipe[str(rule.subject_key)].recipe_how != "drop"
    if missing or unknown or twice or not rule.subject_key or kept_key:
        names = ", ".join([*missing, *unknown, *([str(rule.subject_key)] if kept_key else [])]) or "subject_key"
        raise _words.refusal("recipe_columns", rule=rule.id, columns=names)
    return recipe


def changes(rule: RetentionRule, engine: Engine) -> dict[str, str]:
    """What each changed column becomes, as an expression that every engine runs alike."""
    columns = engine.columns(str(rule.table))
    made = {name: expression(one, columns[name]) for name, one in told(rule, engine).items() if one.recipe_how != "keep"}
    return made | {str(rule.subject_key): "NULL"}


def expression(one: ColumnRecipe, column: Column) -> str:
    """The coarser value: the year or month of a day, the first signs of a text, the lower end of a bin of a number."""
    own, size = f"t.{quoted(column.name)}", int(str(one.recipe_size or "0").split("-")[0])
    match one.recipe_how:
        case "year" | "month":
            if column.family == "text":
                return f"substr({own}, 1, {4 if one.recipe_how == 'year' else 7}) || '{'-01-01' if one.recipe_how == 'year' else '-01'}'"
            return f"date_trunc('{one.recipe_how}', {own})"
        case "prefix" if size:
            return f"substr({column.text}, 1, {size})"
        case "bin" if size:
            number = f"CAST({own} AS DOUBLE PRECISION)" if column.family == "text" else own
            return f"floor({number} / {size}) * {size}"
        case "drop":
            return "NULL"
    raise _words.refusal("recipe_size", column=column.name)


def quasi(rule: RetentionRule, engine: Engine) -> Iterator[str]:
    """The columns by which a row could still be recognised: those that are kept or made coarser."""
    return (name for name, one in told(rule, engine).items() if one.recipe_how != "drop")


def preview(engine: Engine, rule: RetentionRule, cut: Cut) -> int | None:
    """The smallest group of like rows that the recipe would leave of a cut."""
    columns, recipe = engine.columns(str(rule.table)), told(rule, engine)
    made = [
        expression(recipe[name], columns[name]) if recipe[name].recipe_how != "keep" else f"t.{quoted(name)}"
        for name in quasi(rule, engine)
    ]
    if not made:
        return None
    query = compose(SMALLEST, table=engine.relation(cut.table), where=engine.condition(cut), columns=", ".join(made))
    return _first(engine, query)


def proof(engine: Engine, rule: RetentionRule) -> Proof:
    """Measured on the rows that have no key any more; what cannot be measured does not undo what was done, and is told."""
    failing: tuple[type[Exception], ...] = (Refusal, *engine.trouble)
    try:
        return _measured(engine, rule)
    except failing as error:
        return Proof(None, reason_of(error))


def _measured(engine: Engine, rule: RetentionRule) -> Proof:
    table, names = str(rule.table), list(quasi(rule, engine))
    gone = f"t.{quoted(str(rule.subject_key))} IS NULL"
    k = None
    if names:
        columns = ", ".join(f"t.{quoted(name)}" for name in names)
        k = _first(engine, compose(SMALLEST, table=engine.relation(table), where=gone, columns=columns))
    kept = [name for name, one in told(rule, engine).items() if one.recipe_how == "keep"]
    linked = []
    for other in islice((one for one in engine.tables() if one != table and one not in engine.views()), 50):
        for name in kept:
            if name in engine.columns(other):
                parts = {"table": engine.relation(table), "other": engine.relation(other), "column": quoted(name), "where": gone}
                if rows := _first(engine, compose(LINKED, **parts)):
                    linked.append(f"{other}.{name}: {rows}")
    return Proof(k, "; ".join(linked) or None)


def _first(engine: Engine, query: str) -> int | None:
    found = next(iter(engine.rows(query)), (None,))[0]
    return int(found) if found is not None else None
