"""No question and no stored value can make the database raise, or quote what lies next door."""

import functools
import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimtab.core import query
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import DomainError, Forbidden, NotFound, Unavailable
from trimtab.core.ids import new_id
from trimtab.core.query.nodes import LISTS, SINGLE_VALUE, Op
from trimtab.core.query.problems import QueryInvalid
from trimtab.roadmap.models import Item, ItemText
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    level,
    make_actor,
    make_custom_field,
    make_record,
    make_workspace,
)  # fmt: skip

SECRET = "next-door-secret-4711"
KINDS = ["text", "number", "date", "bool", "choice", "choices", "person", "people", "items"]
NASTY = [
    "", "'", '"', "\\", "%", "_", "\x00", "--", ";", "$1", "%s", "%(p0)s", "{r}", "{}", "null", "none", "any", "NaN",
    "Infinity", "-Infinity", "1e400", "9" * 400, "-0", "0.0", "1/0", "2026-02-30", "0000-00-00", "9999-12-31",
    "0001-01-01",
    "2026-Q9", "later", "99999d", "99999y", "today", "me", "true", "yes", "\u202e", "\ud800", "é" * 300, "a & b | !c:*",
    "<->", "(", "]", "[1]", '{"a":1}', "00000000-0000-0000-0000-000000000000", "TT-999999999", "²", "٣", "x" * 5000,
]  # fmt: skip
JUNK = [None, "x", "", 1, -1.5, 1e300, True, [], ["a", 1, None], {"a": {"b": 1}}, "2026-99-99", "NaN", "'; drop table"]
EXAMPLES = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def _fill(actor: Actor, word: str) -> None:
    fields = [make_custom_field(actor, f"c_{kind}", kind, options=["a", "b"]) for kind in KINDS]
    for number, value in enumerate(JUNK, 1):
        custom = {str(field.id): value for field in fields if value is not None}
        item = make_record(
            actor, Item, number=number, title=f"{word} {number}", rank=str(number), custom=custom, key=word,
            level_id=level(actor),
        )  # fmt: skip
        make_record(actor, ItemText, id=item.id, body=f"{word} {value}")


@functools.cache
def _actor() -> Actor:
    next_door, actor = make_workspace(), make_workspace()
    _fill(next_door, SECRET)
    _fill(actor, "mine")
    return actor


@functools.cache
def _names() -> dict[str, list[str]]:
    return {
        source: [field["name"] for field in query.fields(_actor(), source)] for source in ("item", "team", "dependency")
    }


def _survives(question):
    try:
        answer = query.run(_actor(), NOON, question)
    except DomainError as refusal:
        _tells_nothing(json.dumps([refusal.message, refusal.extra], default=str))
        return None
    _tells_nothing(answer.decode())
    return json.loads(answer)


def _tells_nothing(text):
    assert SECRET not in text


@st.composite
def conditions(draw):
    op, values = (
        draw(st.sampled_from(Op)),
        draw(st.lists(st.sampled_from(NASTY) | st.text(max_size=5), min_size=2, max_size=3)),
    )
    node = {"field": draw(st.sampled_from(_names()["item"])), "op": op.value}
    if op in LISTS:
        node["values"] = values
    elif op in SINGLE_VALUE:
        node["value"] = values[0]
    elif op is Op.BETWEEN:
        node |= {"from": values[0], "to": values[1]}
    return draw(st.sampled_from([node, {"not": node}, {"and": [{"text": values[0] or "x"}, node]}]))


class TestNothingRaises:
    @given(conditions())
    @EXAMPLES
    def test_in_a_filter(self, node):
        _survives({"source": "item", "filter": node, "columns": ["title"]})

    @given(
        st.text(max_size=30)
        | st.lists(st.sampled_from([*NASTY, "title:", "-", "benefit:>", "sort:", " "])).map("".join)
    )
    @EXAMPLES
    def test_in_text(self, text):
        _survives({"source": "item", "text": text})
        query.parse(_actor(), NOON, "item", text)
        query.complete(_actor(), NOON, "item", text, len(text) // 2)

    @pytest.mark.parametrize("desc", [False, True])
    def test_in_a_column_an_order_a_group_or_a_total(self, desc):
        for name in _names()["item"]:
            found = _survives({"source": "item", "columns": [name], "page": {"size": 1000}})
            assert found is not None, name
            first = _survives({"source": "item", "sort": [{"field": name, "desc": desc}], "page": {"size": 4}})
            while first is not None and first["next"]:
                page = {"size": 4, "after": first["next"]}
                first = _survives({"source": "item", "sort": [{"field": name, "desc": desc}], "page": page})
            for fn in ("sum", "avg", "min", "max", "missing"):
                totals = [{"fn": fn, "field": name}]
                _survives({"source": "item", "group": [{"by": name}], "totals": totals})
                _survives({"source": "item", "tree": {"axis": "parent", "depth": 3}, "totals": totals})

    @given(
        st.sampled_from(NASTY) | st.text(max_size=60),
        st.sampled_from(["benefit", "c_number", "created", "start", "team"]),
    )
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    def test_in_a_cursor_an_id_or_a_lens(self, text, name):
        _survives({"source": "item", "page": {"after": text}, "sort": [{"field": name}]})
        _survives({"source": "item", "tree": {"axis": "parent", "under": text, "expand": [text]}})
        _survives({"source": "item", "tree": {"axis": "area", "under": text, "expand": [text]}})
        _survives({"source": "item", "lens": {"as_of": text}, "columns": ["title", "parent"], "compare": "live"})
        _survives({"source": "item", "lens": {"as_of": "2026-01-01", "known_on": text}})

    @given(
        st.lists(st.sampled_from([*NASTY, "1e999", "1" * 99]), min_size=2, max_size=4),
        st.sampled_from(["benefit", "c_number", "start", "c_bool", "ref", "title", "updated"]),
    )
    @EXAMPLES
    def test_in_a_forged_cursor(self, values, name):
        import base64

        sort = [{"field": name}]
        honest = _survives({"source": "item", "sort": sort, "page": {"size": 1}})["next"]
        mark = json.loads(base64.urlsafe_b64decode(honest + "=" * (-len(honest) % 4)))[0]
        forged = base64.urlsafe_b64encode(json.dumps([mark, *values]).encode()).decode()
        _survives({"source": "item", "sort": sort, "page": {"after": forged}})

    @pytest.mark.parametrize(
        "question",
        [{}, {"source": 1}, {"source": "item", "x": 1}, {"source": "item", "columns": ["no_such"]},
         {"source": "item", "columns": ["title); drop table x"]}, {"source": "item", "page": {"size": -1}},
         {"source": "item", "page": {"size": True}}, {"source": "item", "page": []}, {"source": "item", "sort": [{}]},
         {"source": "item", "tree": {"axis": "title"}}, {"source": "item", "group": [{"by": "title"}]},
         {"source": "item", "totals": [{"fn": "sum", "field": "title"}]},
         {"source": "item", "totals": [{"fn": "count", "field": "title"}]},
         {"source": "item", "lens": {"as_of": 1}}, {"source": "item", "compare": "then"},
         {"source": "item", "sort": [{"field": "tags"}]}],
    )  # fmt: skip
    def test_what_is_no_question_is_refused(self, question):
        with pytest.raises(QueryInvalid):
            query.run(_actor(), NOON, question)


class TestRefusals:
    def test_an_unknown_source_is_not_found(self):
        with pytest.raises(NotFound):
            query.run(_actor(), NOON, {"source": "accounts_user"})

    def test_a_draft_plan_is_not_available(self):
        with pytest.raises(Unavailable):
            query.run(_actor(), NOON, {"source": "item", "lens": {"scenario": str(new_id())}})

    def test_a_confidential_field_is_refused_wherever_it_is_named(self):
        admin = make_workspace()
        make_custom_field(admin, "margin", "number", confidential=True)
        viewer = make_actor(admin.workspace_id, Role.VIEWER)
        for question in (
            {"columns": ["margin"]}, {"text": "margin:>1"}, {"sort": [{"field": "margin"}]},
            {"group": [{"by": "margin"}]}, {"totals": [{"fn": "sum", "field": "margin"}]},
            {"columns": ["custom.margin"]},
            {"tree": {"axis": "parent"}, "totals": [{"fn": "max", "field": "margin"}]},
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                query.run(viewer, NOON, {"source": "item", **question})
            query.run(admin, NOON, {"source": "item", **question})
        assert "margin" not in [field["name"] for field in query.fields(viewer, "item")]
        assert query.parse(viewer, NOON, "item", "margin:>1")["problems"]
        assert query.complete(viewer, NOON, "item", "margi", 5)["items"] == []

    def test_with_no_workspace_set_the_relations_are_empty(self):
        _actor()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from scoped.item")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from scoped.item_version")
            assert cursor.fetchone() == (0,)

    def test_a_field_made_in_this_transaction_counts_at_once(self):
        actor = make_workspace()
        with inside(actor):
            make_custom_field(actor, "weight", "number")
            query.run(actor, NOON, {"source": "item", "columns": ["weight"], "text": "weight:>3"})
