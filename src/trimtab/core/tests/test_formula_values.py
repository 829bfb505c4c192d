"""Any text is a formula or a clear message; what a formula gives in the database is what it gives on paper."""

import re
from datetime import date
from decimal import Decimal

from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trimtab.core.fields.formula import FormulaProblem, Kind, checked, compiled, parse
from trimtab.core.fields.formula.functions import FUNCTIONS
from trimtab.core.fields.formula.nodes import Typed
from trimtab.core.fields.formula.sql import guarded
from trimtab.core.fields.formula.units import PLAIN
from trimtab.core.tests.formula_reference import value_of

TODAY = date(2026, 3, 2)
FIELDS = {
    "n1": Kind.NUMBER, "n2": Kind.NUMBER, "t1": Kind.TEXT, "t2": Kind.TEXT, "d1": Kind.DATE, "d2": Kind.DATE,
    "b1": Kind.BOOL,
}  # fmt: skip
TYPES = {Kind.NUMBER: "numeric", Kind.TEXT: "text", Kind.DATE: "date", Kind.BOOL: "boolean"}
LETTERS = "aAbZ9 .-%{}'\"\\_äß"

numbers = (
    st.none()
    | st.decimals(-(10**20), 10**20, places=3)
    | st.sampled_from(
        [Decimal(0), Decimal(1), Decimal("-0.5"), Decimal("1e17"), Decimal("999999999999999999"), Decimal("1e-10")]
    )
)
words = st.none() | st.text(LETTERS, max_size=8)
days = st.none() | st.dates() | st.sampled_from([date.min, date.max, TODAY, date(2024, 2, 29)])
rows = st.fixed_dictionaries(
    {"n1": numbers, "n2": numbers, "t1": words, "t2": words, "d1": days, "d2": days, "b1": st.none() | st.booleans()}
)


def _called(name: str, *args: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*args).map(lambda given: f"{name}({', '.join(given)})")


def _joined(left: st.SearchStrategy[str], signs: list[str], right: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(left, st.sampled_from(signs), right).map(lambda p: f"({p[0]} {p[1]} {p[2]})")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def number(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["n1", "n2", "[n1]", "0", "3", "0.25", "1000000", "plain(weeks(2))"])
    if depth == 0:
        return leaf
    inner, text, day = number(depth - 1), words_of(depth - 1), day_of(depth - 1)
    return st.one_of(
        leaf,
        _joined(inner, ["+", "-", "*", "/"], inner),
        inner.map(lambda one: f"-{one}"),
        *(_called(name, inner) for name in ("round", "floor", "ceil", "abs", "plain")),
        st.tuples(inner, st.integers(0, 10)).map(lambda p: f"round({p[0]}, {p[1]})"),
        *(_called(name, inner, inner) for name in ("min", "max", "coalesce")),
        _called("if", truth(depth - 1), inner, inner),
        _called("days_between", day, day),
        _joined(day, ["-"], day),
        _called("year", day),
        _called("month", day),
        _called("length", text),
    ).map(lambda made: f"plain({made})")


def words_of(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["t1", "t2"]) | st.text(LETTERS, max_size=4).map(_quoted)
    if depth == 0:
        return leaf
    inner = words_of(depth - 1)
    return st.one_of(
        leaf,
        _joined(inner, ["+"], inner),
        *(_called(name, inner) for name in ("trim", "text")),
        _called("concat", inner, number(depth - 1), day_of(depth - 1), truth(depth - 1)),
        _called("text", number(depth - 1)),
        *(_called(name, inner, st.integers(0, 9).map(str)) for name in ("left", "right")),
        _called("coalesce", inner, inner),
        _called("max", inner, inner),
        _called("if", truth(depth - 1), inner, inner),
    )


def day_of(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["d1", "d2", "today()", 'date("2026-07-31")'])
    if depth == 0:
        return leaf
    inner, count = day_of(depth - 1), number(depth - 1)
    return st.one_of(
        leaf,
        _joined(inner, ["+", "-"], count),
        _called("min", inner, inner),
        _called("if", truth(depth - 1), inner, inner),
    )


def truth(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["b1", "true", "false"])
    if depth == 0:
        return leaf
    inner, signs = truth(depth - 1), ["=", "!=", "<", "<=", ">", ">="]
    return st.one_of(
        leaf,
        _joined(number(depth - 1), signs, number(depth - 1)),
        _joined(words_of(depth - 1), signs, words_of(depth - 1)),
        _joined(day_of(depth - 1), signs, day_of(depth - 1)),
        _joined(inner, ["and", "or", "="], inner),
        inner.map(lambda one: f"not {one}").map(lambda one: f"({one})"),
        _called("missing", number(depth - 1)),
        _called("contains", words_of(depth - 1), words_of(depth - 1)),
        _called("starts_with", words_of(depth - 1), words_of(depth - 1)),
    )


def _typed(text: str) -> Typed:
    def lookup(node):
        if node.value not in FIELDS:
            raise node.refuse(f"There is no field {node.value}.")
        return FIELDS[node.value], PLAIN

    return checked(parse(text), lookup)


def _read(text: str) -> tuple[Typed | None, FormulaProblem | None]:
    try:
        return _typed(text), None
    except FormulaProblem as refusal:
        return None, refusal


def _in_database(typed: Typed, row: dict) -> object:
    leaves = {name: guarded(kind, f"v.{name}") for name, kind in FIELDS.items()}
    made = compiled(typed, leaves)
    sql = made.sql.replace("{@today}", f"date '{TODAY}'")
    assert not re.search(r"\{[=@]?\w+\}", sql)
    values = ", ".join(f"%s::{TYPES[kind]} as {name}" for name, kind in FIELDS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"select {sql.replace('%', '%%')} from (select {values}) v", [row[name] for name in FIELDS])
        return cursor.fetchone()[0]


@settings(max_examples=400)
@given(text=st.one_of(number(3), words_of(3), day_of(3), truth(3)), row=rows)
@example(text="n1 / n2", row=dict.fromkeys(FIELDS) | {"n1": Decimal(1), "n2": Decimal(0)})
def test_the_database_gives_what_the_paper_gives(text, row):
    typed, refusal = _read(text)

    if refusal is not None:
        assert "pieces" in refusal.message
        return
    assert _in_database(typed, row) == value_of(typed, row, TODAY)


TOKENS = [
    *FIELDS, *(f"{name}(" for name in FUNCTIONS), "(", ")", ",", "+", "-", "*", "/", "=", "!=", "<", ">=", "and", "or",
    "not", "none", "true", "1", "2.5", "'x'", '"y"', '"2026-07-31"', "[n1]", "nope", "[", '"', "%", "{r}", "×",
    "“", "\x00", "\ud800",
]  # fmt: skip


@settings(max_examples=1500)
@given(text=st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join) | st.text(max_size=60), row=rows)
@example(text="(" * 500, row=dict.fromkeys(FIELDS))
@example(text="-" * 1999 + "1", row=dict.fromkeys(FIELDS))
@example(text="not " * 400 + "b1", row=dict.fromkeys(FIELDS))
@example(text="1" + "+1" * 900, row=dict.fromkeys(FIELDS))
@example(text="n1" * 3000, row=dict.fromkeys(FIELDS))
def test_any_text_gives_a_value_or_a_clear_message(text, row):
    typed, refusal = _read(text)

    if refusal is not None:
        assert refusal.message.endswith((".", "?", "…)")), refusal.message
        assert 0 <= refusal.position <= len(text)
        assert refusal.length >= 0
        return
    assert _in_database(typed, row) == value_of(typed, row, TODAY)


def test_a_long_chain_stays_within_what_the_database_can_nest():
    typed = _typed(" + ".join(["n1"] * 100))

    assert _in_database(typed, {**dict.fromkeys(FIELDS), "n1": Decimal(2)}) == 200
