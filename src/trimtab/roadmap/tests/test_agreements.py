"""What may follow on what when a dependency is asked for and answered: every path, and what each act states."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.errors import Invalid
from trimtab.roadmap.agreements import FOLLOWS, Act, By, Terms, after
from trimtab.roadmap.errors import WrongState
from trimtab.roadmap.models import DependencyState as State

AUGUST, QUARTER = By(date(2026, 8, 1)), By(date(2026, 9, 30), "quarter")
dates = st.builds(By, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
steps = st.tuples(st.sampled_from(Act), st.none() | dates, st.none() | st.sampled_from(["", " ", "Too late for us"]))


def naive(state, act):
    """The whole table by hand: the state that follows, None where the act cannot."""
    table = {
        ("asked", "ask"): "asked", ("asked", "agree"): "agreed", ("asked", "decline"): "declined",
        ("asked", "propose"): "proposed",
        ("proposed", "ask"): "asked", ("proposed", "accept"): "agreed", ("proposed", "agree"): "agreed",
        ("proposed", "decline"): "declined", ("proposed", "propose"): "proposed",
        ("agreed", "ask"): "asked", ("agreed", "decline"): "declined", ("agreed", "propose"): "proposed",
        ("declined", "ask"): "asked", ("declined", "agree"): "agreed", ("declined", "propose"): "proposed",
    }  # fmt: skip
    return table.get((state, act))


@given(st.none() | dates, st.lists(steps, max_size=12))
def test_every_path_keeps_to_the_table_and_to_what_the_database_allows(needed, path):
    terms = Terms(needed=needed)
    for act, by, reason in path:
        follows = naive(terms.state, act)
        lacks = {
            Act.AGREE: by is None and terms.needed is None,
            Act.DECLINE: not (reason or "").strip(),
            Act.PROPOSE: by is None,
        }.get(act, False)
        try:
            now = after(terms, act, by=by, reason=reason)
        except WrongState:
            assert follows is None
            continue
        except Invalid:
            assert (follows is not None, lacks) == (True, True)
            continue
        assert (now.state, lacks) == (follows, False)
        assert (now.proposed is not None) == (now.state is State.PROPOSED)
        assert now.reason is not None or now.state is not State.DECLINED
        assert now.promised is not None or now.state is not State.AGREED
        assert now.promised is None or now.state in {State.AGREED, State.PROPOSED}
        if act in {Act.AGREE, Act.DECLINE, Act.PROPOSE}:
            assert now.needed == terms.needed, "the giving side never changes what the other side needs"
        terms = now


def test_every_state_is_reached_and_left():
    reached, seen = [Terms(needed=AUGUST)], set()
    while reached:
        terms = reached.pop()
        if terms.state in seen:
            continue
        seen.add(terms.state)
        reached += [after(terms, act, by=QUARTER, reason="Why") for act in FOLLOWS[terms.state]]

    assert seen == set(State)
    assert {act for acts in FOLLOWS.values() for act in acts} == set(Act)


class TestAfter:
    def test_agreeing_without_a_date_promises_what_is_needed(self):
        assert after(Terms(needed=QUARTER), Act.AGREE).promised == QUARTER

    def test_nothing_is_promised_without_any_date(self):
        with pytest.raises(Invalid):
            after(Terms(), Act.AGREE)

    def test_a_promise_stands_while_another_date_is_proposed(self):
        agreed = after(Terms(needed=AUGUST), Act.AGREE)

        moved = after(agreed, Act.PROPOSE, by=QUARTER, reason="Order per load took longer")

        assert (moved.promised, moved.proposed, moved.needed) == (AUGUST, QUARTER, AUGUST)

    def test_accepting_a_later_date_says_that_it_will_do(self):
        proposed = Terms(State.PROPOSED, needed=AUGUST, proposed=QUARTER)

        assert after(proposed, Act.ACCEPT) == Terms(State.AGREED, needed=QUARTER, promised=QUARTER)

    def test_accepting_an_earlier_date_leaves_the_need(self):
        proposed = Terms(State.PROPOSED, needed=QUARTER, proposed=AUGUST)

        assert after(proposed, Act.ACCEPT) == Terms(State.AGREED, needed=QUARTER, promised=AUGUST)

    def test_asking_anew_takes_back_what_was_answered(self):
        declined = Terms(State.DECLINED, needed=AUGUST, reason="No")

        assert after(declined, Act.ASK, by=QUARTER) == Terms(needed=QUARTER)
        assert after(replace(declined, needed=None), Act.ASK) == Terms()
