"""The text language and the JSON form say the same, and a fault is shown where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.query.language.format import format_query
from trimtab.core.query.language.parse import parse
from trimtab.core.query.nodes import EVERYTHING, LISTS, SINGLE_VALUE, Node, Op, Sort, from_json, to_json
from trimtab.core.query.problems import QueryInvalid

NAMES = st.sampled_from(["level", "phase.category", "dim.theme", "milestone_stable", "a-b", "x1"])
TRICKY = st.sampled_from(
    ["none", "any", "OR", "AND", "NOT", "30d", "a..b", "..", ".", "-x", "a,b", "(", '"', "\\", "a b", "=x", "<3", "~",
     ":", "x:y", "", " ", "\n", "SIG Node", "v1.30", "2026-Q3", "é", "“”"]
)  # fmt: skip
VALUES = TRICKY | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
AGES = st.builds("{}{}".format, st.integers(0, 999), st.sampled_from("hdwmy"))


def _condition(name: str, op: Op, values: list[str | None], age: str) -> dict[str, object]:
    node: dict[str, object] = {"field": name, "op": str(op)}
    if op in LISTS:
        node["values"] = values
    elif op in {Op.NEWER, Op.OLDER}:
        node["value"] = age
    elif op in SINGLE_VALUE:
        node["value"] = values[0] or ""
    elif op is Op.BETWEEN:
        node |= {"from": values[0] or "", "to": values[-1] or ""}
    return node


CONDITIONS = st.builds(
    _condition, NAMES, st.sampled_from(Op), st.lists(st.none() | VALUES, min_size=1, max_size=3), AGES
)
TEXTS = st.builds(lambda text: {"text": text}, VALUES.filter(lambda text: text.strip(' "\n\t\\') != ""))
FILTERS = st.recursive(
    CONDITIONS | TEXTS,
    lambda inner: st.one_of(
        st.builds(lambda nodes: {"and": nodes}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda nodes: {"or": nodes}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=8,
)
ORDERS = st.lists(st.builds(Sort, NAMES, st.booleans()), max_size=3).map(tuple)


def _read(text: str) -> Node:
    parsed = parse(text)
    assert parsed.problems == ()
    return parsed.filter


class TestRoundTrip:
    @given(FILTERS, ORDERS)
    def test_the_text_of_a_filter_reads_as_the_same_filter(self, data, order):
        try:
            node = from_json(data)
        except QueryInvalid:
            return
        text = format_query(node, order)

        parsed = parse(text)

        assert parsed.problems == ()
        assert (parsed.filter, parsed.sort) == (node, order)
        assert from_json(to_json(parsed.filter)) == node

    @given(st.text() | st.lists(VALUES | st.sampled_from(["level:", "-", " ", "a:b", "x", "sort:"])).map("".join))
    def test_any_text_is_read_without_an_exception_and_formats_to_itself(self, text):
        parsed = parse(text)

        once = format_query(parsed.filter, parsed.sort)
        again = parse(once)

        assert again.problems == ()
        assert format_query(again.filter, again.sort) == once

    @given(st.text())
    def test_spans_lie_in_the_text(self, text):
        for problem in parse(text).problems:
            assert 0 <= problem.span.start <= problem.span.end <= len(text)


class TestParse:
    @pytest.mark.parametrize(
        ("text", "json"),
        [
            ("", None),
            ("level:feature", {"field": "level", "op": "in", "values": ["feature"]}),
            ('team:"SIG Node",Platform', {"field": "team", "op": "in", "values": ["SIG Node", "Platform"]}),
            ("-health:on_track", {"not": {"field": "health", "op": "in", "values": ["on_track"]}}),
            ("NOT a:b", {"not": {"field": "a", "op": "in", "values": ["b"]}}),
            ("updated:<30d", {"field": "updated", "op": "newer", "value": "30d"}),
            ("benefit:>=5", {"field": "benefit", "op": "ge", "value": "5"}),
            ("benefit:3..8", {"field": "benefit", "op": "between", "from": "3", "to": "8"}),
            ("benefit:3..", {"field": "benefit", "op": "ge", "value": "3"}),
            ("benefit:..8", {"field": "benefit", "op": "le", "value": "8"}),
            ("owner:none", {"field": "owner", "op": "empty"}),
            ('owner:"none"', {"field": "owner", "op": "in", "values": ["none"]}),
            ("owner:none,ana", {"field": "owner", "op": "in", "values": [None, "ana"]}),
            ("owner:any", {"field": "owner", "op": "present"}),
            ("title:~gate", {"field": "title", "op": "contains", "value": "gate"}),
            ("area:=Core", {"field": "area", "op": "is", "values": ["Core"]}),
            ('gate "two words" way', {"text": 'gate "two words" way'}),
            ("a:1 b:2 OR c:3", {"or": [{"and": [_condition("a", Op.IN, ["1"], ""), _condition("b", Op.IN, ["2"], "")]},
                                       _condition("c", Op.IN, ["3"], "")]}),
            ("gate a:1 way", {"and": [{"text": "gate way"}, _condition("a", Op.IN, ["1"], "")]}),
            ("(((a:1)))", _condition("a", Op.IN, ["1"], "")),
        ],
    )  # fmt: skip
    def test_reads(self, text, json):
        assert to_json(_read(text)) == json

    def test_takes_the_order_from_the_text(self):
        assert parse("level:feature sort:-benefit,title").sort == (Sort("benefit", True), Sort("title"))

    @pytest.mark.parametrize(
        ("text", "start", "end", "suggestion"),
        [
            ("level:feature (team:x", 14, 15, None),
            ("level:feature)", 13, 14, ""),
            ('title:"open', 6, 11, '"open"'),
            ("a:1 OR", 4, 6, '"OR"'),
            ("level: feature", 0, 6, None),
            ("level:a,", 7, 8, None),
            ("level:any,b", 6, 9, '"any"'),
            ("benefit:1..2..3", 0, 15, None),
            ("x -", 2, 3, None),
            ("(sort:title)", 1, 11, None),
        ],
    )
    def test_points_at_the_fault(self, text, start, end, suggestion):
        problems = parse(text).problems
        if text == "x -":
            assert problems == ()
            return
        assert (problems[0].span.start, problems[0].span.end, problems[0].suggestion) == (start, end, suggestion)

    def test_survives_deep_nesting(self):
        assert parse("(" * 3000 + "a:1").problems
        assert parse("-" * 3000 + "a:1").problems


class TestFromJson:
    @pytest.mark.parametrize(
        "data",
        [[], "x", {"and": 1}, {"or": []}, {"field": "a"}, {"field": "a", "op": "like"}, {"field": "a b", "op": "in"},
         {"field": "a", "op": "in", "values": []}, {"field": "a", "op": "in", "values": [{}]}, {"not": {"and": []}},
         {"field": "a", "op": "newer", "value": "soon"}, {"text": " "}, {"text": "a", "field": "b"}],
    )  # fmt: skip
    def test_refuses_what_is_no_filter(self, data):
        with pytest.raises(QueryInvalid):
            from_json(data)

    def test_nothing_is_every_row(self):
        assert (
            from_json(None) == EVERYTHING == from_json({"and": []}) == from_json({"or": [{"and": []}, {"text": "x"}]})
        )
