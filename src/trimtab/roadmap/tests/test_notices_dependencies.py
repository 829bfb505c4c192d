"""Both owners are told: who is asked, what was answered, and that a dependency came to be at risk or broken, once."""

from datetime import timedelta

import pytest

from trimtab.core.actors import Clock
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.agreements import Act, By
from trimtab.roadmap.tests.factories import make_item
from trimtab.roadmap.tests.notices import catch_up, happenings, join_as, now
from trimtab.roadmap.tests.talk import found


@pytest.fixture
def ana():
    return found()


@pytest.fixture
def cast(ana):
    """Ben owns what waits, Chen what is waited for; an editor who is neither acts where nobody else does."""
    ben, chen = join_as(ana, "Ben Okri"), join_as(ana, "Chen Wei")
    giving, needing = make_item(ana, owner_id=chen.person_id), make_item(ana, owner_id=ben.person_id)
    catch_up(ana)
    return {"ben": ben, "chen": chen, "giving": giving, "needing": needing}


def ask(actor, cast, days=30):
    with inside(actor):
        return roadmap.add_dependency(
            actor=actor,
            clock=now(),
            from_id=cast["giving"].id,
            to_id=cast["needing"].id,
            values={"needed_by": now().now.date() + timedelta(days=days)},
        )


def act(actor, made, word, **what):
    with inside(actor):
        roadmap.act_on_dependency(actor=actor, clock=now(), dependency_id=made, act=word, **what)


def told(ana, person):
    catch_up(ana)
    return [(h.kind, h.actor_name) for h in happenings(ana, person_id=person.person_id, entity="dependency")]


def test_each_side_hears_what_the_other_says(ana, cast):
    ben, chen = cast["ben"], cast["chen"]
    made = ask(ben, cast)
    act(chen, made, Act.PROPOSE, by=By(now().now.date() + timedelta(days=60)), reason="The audit comes first")
    act(ben, made, Act.ACCEPT)
    act(chen, made, Act.DECLINE, reason="Not this year")
    act(ben, made, Act.ASK)
    act(chen, made, Act.AGREE)

    assert told(ana, chen) == [("dependency_asked", "Ben Okri")] * 3
    assert told(ana, ben) == [("dependency_answered", "Chen Wei")] * 3
    texts = [h.text for h in happenings(ana, person_id=ben.person_id, entity="dependency")]
    assert texts[0].startswith("proposes another date, by ")
    assert texts[1] == "declined: Not this year"
    assert texts[2].startswith("agreed by ")


def test_both_are_told_once_that_the_clock_has_broken_it(ana, cast):
    made = ask(cast["ben"], cast, days=1)
    act(cast["chen"], made, Act.AGREE)
    before = {name: len(told(ana, cast[name])) for name in ("ben", "chen")}
    after = Clock(now().now + timedelta(days=3))

    for clock in (now(), after, after):
        with inside(ana):
            roadmap.notice_transitions(ana, clock)
        catch_up(ana, after)

    for name in ("ben", "chen"):
        new = happenings(ana, person_id=cast[name].person_id, entity="dependency")[before[name] :]
        assert [(h.kind, h.text) for h in new] == [("dependency_standing", "says that it is broken")]
        assert next(line["new"] for line in new[0].lines).startswith("was promised by ")
