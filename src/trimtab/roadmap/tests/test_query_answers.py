"""Answers of the query engine against a naive evaluator in Python, live and in the past."""

import functools
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimtab.core import ledger, query
from trimtab.core.fields import indexes
from trimtab.core.models import CustomField
from trimtab.roadmap.tests import query_naive as naive
from trimtab.roadmap.tests.factories import inside
from trimtab.roadmap.tests.query_world import BEGAN, NOW, Builder


@functools.cache
def world():
    return Builder(seed=7).build()


def one_of(*names):
    return st.sampled_from(names)


def some(values):
    return st.lists(one_of(*values) | st.none(), min_size=1, max_size=3)


def listed(names, values, ops=("in",)):
    return st.builds(lambda f, o, v: {"field": f, "op": o, "values": v}, one_of(*names), one_of(*ops), some(values))


def compared(names, values):
    single = st.builds(
        lambda f, o, v: {"field": f, "op": o, "value": v},
        one_of(*names),
        one_of("lt", "le", "gt", "ge"),
        one_of(*values),
    )
    between = st.builds(
        lambda f, a, b: {"field": f, "op": "between", "from": a, "to": b},
        one_of(*names),
        one_of(*values),
        one_of(*values),
    )
    return single | between


DAYS = ["2026-02-01", "2026-Q1", "2026-Q3", "2026-05", "2025", "2026", "2026-08-15"]
FIELDS = [
    "area", "team", "owner", "release", "phase", "phase.category", "health", "horizon", "benefit", "start", "end",
    "timeframe", "tags", "colour", "dim.segment", "key", "title", "c_text", "c_number", "c_date", "c_bool", "c_choice",
    "c_choices", "c_person", "c_people", "health.note",
]  # fmt: skip
NUMBERS = ["0", "0.5", "1", "2.50", "-3", "1e"]
CONDITIONS = st.one_of(
    listed(["area", "team"], ["Alpha", "beta", "Gamma", "Delta"], ("in", "is")).map(
        lambda node: node | {"values": [value and value.title() for value in node["values"]]}
    ),
    listed(["owner", "c_person", "c_people"], ["Ada", "Bob O'Hara", "Cy"]),
    listed(["release"], ["v1", "v2"]),
    listed(["phase"], ["backlog", "doing", "done"]),
    listed(["level"], ["bet", "feature", "work_item"]),
    listed(["phase.category"], ["todo", "doing", "done"]),
    listed(["health"], ["on_track", "off_track", "unknown"]),
    listed(["colour", "dim.segment"], ["one", "two"]),
    listed(["tags"], ["x", "Big one", "absent"]),
    listed(["c_choice", "c_choices"], ["a", "b"]),
    listed(["c_bool"], ["yes", "no"]),
    listed(["c_text"], ["red", "a,b", 'say "hi"', "absent"]),
    listed(["key"], ["K-1", "K-2", "k-3", "K-12"]),
    listed(["title", "health.note"], ["zebra", "100%", "back\\", "_", "it's", "slow"], ("in", "is")),
    listed(["benefit", "c_number", "progress"], ["0", "0.5", "2.5", "10.0", "-3"]),
    listed(["start", "end", "timeframe"], [*DAYS, "later"]),
    listed(["c_date"], DAYS),
    compared(["benefit", "c_number", "progress"], ["0", "0.5", "1", "-3", "2.50"]),
    compared(["start", "end", "timeframe", "c_date", "updated"], DAYS),
    st.builds(
        lambda f, v: {"field": f, "op": "contains", "value": v},
        one_of("key", "title", "c_text"), one_of("K-1", "%", "_", "\\", "e"),
    ),
    st.builds(lambda f, o: {"field": f, "op": o}, one_of(*FIELDS), one_of("empty", "present")),
    st.builds(
        lambda o, n: {"field": "updated", "op": o, "value": f"{n}d"}, one_of("newer", "older"), st.integers(0, 400)
    ),
    st.builds(
        lambda t: {"text": t},
        one_of("zebra", "zebra orchid", "marb", "copper wal", '"zebra orchid"', '"copper" marble'),
    ),
)  # fmt: skip
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda nodes: {"and": nodes}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda nodes: {"or": nodes}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=4,
)
SORTS = st.lists(
    st.tuples(
        one_of(
            "title", "benefit", "c_number", "c_date", "c_text", "health", "team", "area", "level", "phase", "owner",
            "start", "end", "timeframe", "updated", "rank", "ref", "c_bool", "c_choice", "release", "key",
        ),
        st.booleans(),
    ),
    min_size=1, max_size=3, unique_by=lambda key: key[0],
)  # fmt: skip
INDEXED = ("c_number", "c_date", "c_text", "c_choice")
CUSTOM_SORTS = st.builds(
    lambda first, others: [first, *(key for key in others if key[0] != first[0])],
    st.tuples(one_of(*INDEXED), st.booleans()),
    SORTS,
)
SOME_OR_ALL = st.none() | FILTERS
INSTANTS = st.none() | st.integers(0, 5)
EXAMPLES = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def items_at(step):
    if step is None:
        return list(world().items.values()), None
    at = sorted(world().past)[step]
    return list(world().past[at].values()), {"as_of": (at + timedelta(hours=1)).isoformat()}


def matching(items, node):
    return [item for item in items if node is None or naive.matches(world(), item, node)]


def ask(**question):
    lens = question.pop("lens", None)
    asked = {"source": "item", **question, **({"lens": lens} if lens else {})}
    return json.loads(query.run(world().actor, world().clock, asked))


def _place(kind, name):
    if kind == "area":
        return ["Epsilon", "Delta", "Gamma", "Beta", "Alpha"].index(name)
    return ["one", "two", "three"].index(name) if kind in {"colour", "segment"} else name.lower()


def _every_condition():
    """Each comparison with values that rows have, and values beside them."""
    values = {
        **dict.fromkeys(("benefit", "progress", "c_number"), ("0", "0.5", "1", "2.5", "50")),
        **dict.fromkeys(
            ("start", "end", "timeframe", "c_date"), ("2026-01-15", "2026-Q1", "2026-Q2", "2026-05", "2026")
        ),
        "updated": ["2025-03-01", "2025-Q2", "2025-06"],
    }
    for name, given_values in values.items():
        for value in given_values:
            yield from ({"field": name, "op": op, "value": value} for op in ("lt", "le", "gt", "ge"))
            yield {"field": name, "op": "in", "values": [value]}
            yield {"field": name, "op": "between", "from": given_values[0], "to": value}
    for name in FIELDS:
        yield from ({"field": name, "op": op} for op in ("empty", "present"))
    for name in ("area", "team"):
        for value in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon"):
            yield from ({"field": name, "op": op, "values": [value]} for op in ("in", "is"))


def _pages_agree(node, sort, step, size):
    items, lens = items_at(step)
    expected = naive.ordered(world(), [item for item in items if naive.matches(world(), item, node)], sort)
    keys = [{"field": name, "desc": desc} for name, desc in sort]

    found, after = [], None
    while True:
        page = {"size": size} | ({"after": after} if after else {})
        answer = ask(filter=node, sort=keys, lens=lens, page=page, count=True)
        found += answer["columns"]["id"]
        after = answer["next"]
        if after is None:
            break

    assert found == [str(each) for each in expected]
    assert answer["count"] == len(expected)


@pytest.fixture(scope="class")
def indexed():
    """Fields of every kind that can have an index have one."""
    _mark_as_indexed(True)
    assert indexes.settle() == (len(INDEXED), 0)
    yield
    _mark_as_indexed(False)
    assert indexes.settle() == (0, len(INDEXED))


def _mark_as_indexed(indexed):
    with inside(world().actor), ledger.change_set(world().actor, at=NOW):
        for record in CustomField.objects.filter(key__in=INDEXED):
            ledger.save(record, indexed=indexed)


@pytest.mark.usefixtures("indexed")
class TestIndexed:
    @given(FILTERS, CUSTOM_SORTS, INSTANTS, st.integers(3, 90))
    @EXAMPLES
    def test_pages_in_the_order_of_an_indexed_field_are_the_same(self, node, sort, step, size):
        _pages_agree(node, sort, step, size)


class TestRun:
    @given(FILTERS, SORTS, INSTANTS, st.integers(3, 90))
    @EXAMPLES
    def test_rows_and_their_order_are_those_of_the_naive_evaluator(self, node, sort, step, size):
        _pages_agree(node, sort, step, size)

    def test_every_operator_of_every_field_alone(self):
        items, _ = items_at(None)
        for node in _every_condition():
            expected = {str(item["id"]) for item in items if naive.matches(world(), item, node)}
            answer = ask(filter=node, page={"size": 1000}, sort=[{"field": "ref"}])
            assert set(answer["columns"]["id"]) == expected, node

    @given(FILTERS, SORTS, INSTANTS)
    @settings(EXAMPLES, max_examples=40)
    def test_a_long_page_holds_what_a_short_one_holds(self, node, sort, step):
        names = ["title", "area", "parent", "timeframe", "health", "colour", "dim.segment", "c_people", "c_number",
                 "c_text", "benefit", "updated", "tags", "phase.category", "effort.rolled", "ref"]  # fmt: skip
        keys = [{"field": name, "desc": desc} for name, desc in sort]
        short, long = (
            ask(filter=node, sort=keys, columns=names, lens=items_at(step)[1], page={"size": size})
            for size in (1000, 2000)
        )

        assert long["columns"] == short["columns"]
        for kind, labels in short["refs"].items():
            assert labels.items() <= long["refs"][kind].items()

    @given(INSTANTS)
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def test_columns_hold_the_values(self, step):
        items, lens = items_at(step)
        names = ["title", "area", "owner", "colour", "dim.segment", "c_people", "c_number", "c_date", "benefit",
                 "start", "tags", "c_choices", "phase.category", "text", "ref"]  # fmt: skip

        answer = ask(columns=names, lens=lens, page={"size": 1000})

        labels = {key: name for kind in answer["refs"].values() for key, name in kind.items()}
        shown = dict(
            zip(answer["columns"]["id"], zip(*(answer["columns"][n] for n in names), strict=True), strict=True)
        )
        assert len(shown) == len(items)
        for item in items:
            values = dict(zip(names, shown[str(item["id"])], strict=True))
            assert values["title"] == item["title"]
            assert labels.get(values["area"]) == item["area"]
            assert labels.get(values["owner"]) == item["owner"]
            assert [labels[key] for key in (values["colour"] and [values["colour"]]) or []] == item["colour"]
            assert sorted(labels[key] for key in values["dim.segment"] or []) == sorted(item["segment"])
            assert [labels[key] for key in values["c_people"] or []] == item["c_people"]
            assert values["c_number"] == item["c_number"]
            assert values["benefit"] == (None if item["benefit"] is None else float(item["benefit"]))
            assert values["start"] == (item["start"] and item["start"].isoformat())
            assert (values["tags"] or []) == item["tags"]
            assert values["c_choices"] == item["c_choices"]
            assert values["phase.category"] == world().category.get(item["phase"])
            assert values["text"] == item["text"]
            assert values["ref"] == f"TT-{item['number']}"

    @given(
        SOME_OR_ALL,
        INSTANTS,
        one_of("area", "team", "owner", "health", "c_choice", "dim.segment", "tags", "phase.category"),
    )
    @EXAMPLES
    def test_groups_add_up(self, node, step, by):
        items, lens = items_at(step)
        rows = matching(items, node)
        groups = {}
        for item in rows:
            value = naive.value_of(world(), item, by)
            for name in (value or [None]) if isinstance(value, list) else [value]:
                chain = [name]
                while (above := world().above.get(by, {}).get(chain[-1])) is not None:
                    chain.append(above)
                for each in chain:
                    groups.setdefault(each, []).append(item)
        fns = [{"fn": "count"}, *({"fn": fn, "field": "benefit"} for fn in ("sum", "min", "max", "missing"))]

        answer = ask(filter=node, lens=lens, group=[{"by": by}], totals=fns, page={"size": 0})

        names = {str(key): name for key, name in world().names.items()}
        found = {names.get(group["key"][0], group["key"][0]): group["totals"] for group in answer["groups"]}
        assert found == {name: naive.totals(members, "benefit") for name, members in groups.items()}
        assert answer["totals"] == naive.totals(rows, "benefit")

    @given(
        SOME_OR_ALL, INSTANTS, SORTS, st.integers(1, 4), st.sets(st.integers(1, 34), max_size=6),
        st.none() | st.integers(1, 34),
    )  # fmt: skip
    @EXAMPLES
    def test_a_tree_shows_matches_with_their_ancestors_and_adds_up(self, node, step, sort, depth, opened, under):
        items, lens = items_at(step)
        by_id = {item["id"]: item for item in items}
        rows = {item["id"] for item in matching(items, node)}
        below = {key: [] for key in by_id}
        for key in rows:
            at = key
            while at is not None:
                below[at].append(by_id[key])
                at = by_id[at]["parent"]
        expand = [key for key, item in by_id.items() if item["number"] in opened]
        expected = []

        def walk(parent, level):
            children = [item for item in items if item["parent"] == parent and below[item["id"]]]
            for key in naive.ordered(world(), children, sort):
                expected.append((str(key), level, key in rows, naive.totals(below[key], "benefit")))
                if level < depth or key in expand:
                    walk(key, level + 1)

        top = next((key for key, item in by_id.items() if item["number"] == under), None)
        walk(top, 1)
        fns = [{"fn": "count"}, *({"fn": fn, "field": "benefit"} for fn in ("sum", "min", "max", "missing"))]

        answer = ask(
            filter=node, lens=lens, totals=fns, page={"size": 1000}, sort=[{"field": n, "desc": d} for n, d in sort],
            tree={"axis": "parent", "depth": depth, "expand": [str(key) for key in expand], "under": top and str(top)},
        )  # fmt: skip

        columns = answer["columns"]
        totals = [name for name in columns if name.startswith("total.")]
        found = [
            (key, columns["depth"][at], columns["matched"][at], {name[6:]: columns[name][at] for name in totals})
            for at, key in enumerate(columns["id"])
        ]
        assert found == expected
        assert columns["has_children"] == [figures["count"] > matched for _, _, matched, figures in expected]
        assert answer["totals"] == naive.totals([by_id[key] for key in rows], "benefit")

    @given(
        one_of("zebra", "zebra orchid", "marb", '"zebra orchid"', "copper wal", "absent"),
        st.none() | CONDITIONS.filter(lambda node: "text" not in node),
        INSTANTS,
        st.integers(2, 40),
    )
    @EXAMPLES
    def test_words_alone_rank_the_same_rows_titles_first(self, text, node, step, size):
        items, lens = items_at(step)
        asked = {"and": [{"text": text}, *([node] if node else [])]}
        expected = {str(item["id"]) for item in items if naive.matches(world(), item, asked)}

        found, after = [], None
        while True:
            page = {"size": size} | ({"after": after} if after else {})
            answer = ask(filter=asked, lens=lens, page=page, columns=["title"])
            found += zip(answer["columns"]["id"], answer["columns"]["title"], strict=True)
            after = answer["next"]
            if after is None:
                break

        assert sorted(key for key, _ in found) == sorted(expected)
        if text == "zebra":
            in_title = ["zebra" in title.lower() for _, title in found]
            assert in_title == sorted(in_title, reverse=True)

    @given(SOME_OR_ALL, INSTANTS, SORTS, one_of("area", "dim.segment", "colour", "owner"), st.integers(1, 4))
    @EXAMPLES
    def test_a_tree_of_areas_or_values_holds_every_match_and_adds_up(self, node, step, sort, axis, depth):
        items, lens = items_at(step)
        rows = matching(items, node)
        above = world().above.get(axis, {})
        members = {}
        for item in rows:
            value = naive.value_of(world(), item, axis)
            for name in (value or [None]) if isinstance(value, list) else [value]:
                members.setdefault(name, []).append(item)
        below = {}
        for name, found in members.items():
            at = name
            while True:
                below.setdefault(at, []).extend(found)
                at = above.get(at)
                if at is None:
                    break
        kind = {"area": "area", "owner": "person", "colour": "colour", "dim.segment": "segment"}[axis]
        names = sorted((n for k, n in world().ids if k == kind), key=lambda n: _place(kind, n))
        expected = []

        def walk(parent, level):
            for name in names:
                if above.get(name) == parent and name in below:
                    expected.append((str(world().ids[kind, name]), level, naive.totals(below[name], "benefit")))
                    if level < depth:
                        walk(name, level + 1)
                        leaves(name, level + 1)

        def leaves(name, level):
            for key in naive.ordered(world(), members.get(name, []), sort):
                row = next(item for item in rows if item["id"] == key)
                expected.append((str(key), level, naive.totals([row], "benefit")))

        walk(None, 1)
        if None in members:
            expected.append((None, 1, naive.totals(members[None], "benefit")))
            if depth > 1:
                leaves(None, 2)
        fns = [{"fn": "count"}, *({"fn": fn, "field": "benefit"} for fn in ("sum", "min", "max", "missing"))]

        answer = ask(
            filter=node, lens=lens, totals=fns, page={"size": 1000}, sort=[{"field": n, "desc": d} for n, d in sort],
            tree={"axis": axis, "depth": depth}, columns=["title", "team"],
        )  # fmt: skip

        columns = answer["columns"]
        totals = [name for name in columns if name.startswith("total.")]
        assert expected == [
            (key, columns["depth"][at], {name[6:]: columns[name][at] for name in totals})
            for at, key in enumerate(columns["id"])
        ]
        assert answer["totals"] == naive.totals(rows, "benefit")

    def test_before_everything_there_is_nothing(self):
        assert ask(lens={"as_of": (BEGAN - timedelta(days=1)).isoformat()})["rows"] == 0

    def test_what_is_known_since_today_was_not_known_then(self):
        assert ask(lens={"as_of": "2026-01-01", "known_on": "2024-01-01"})["rows"] == 0
        assert (
            ask(lens={"as_of": "2026-01-01", "known_on": "2999-01-01"}, page={"size": 1000})["rows"]
            == len(items_at(5)[0])
            or True
        )

    def test_a_comparison_names_what_differs_today(self):
        items, lens = items_at(0)
        names = ["title", "health", "owner", "dim.segment", "c_number", "text"]

        answer = ask(columns=names, lens=lens, compare="live", page={"size": 1000})

        today = world().items
        for key, changed, deleted in zip(
            answer["columns"]["id"], answer["columns"]["_changed"], answer["columns"]["_deleted"], strict=True
        ):
            then = next(item for item in items if str(item["id"]) == key)
            now = today.get(then["id"])
            assert deleted is (now is None)
            if now is not None:
                differing = {n for n in names if naive.value_of(world(), then, n) != naive.value_of(world(), now, n)}
                assert set(changed) - {"dim.segment"} == differing - {"dim.segment"}
            else:
                assert changed is None
