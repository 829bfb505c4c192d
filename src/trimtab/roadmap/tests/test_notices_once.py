"""Laws: whatever people wish, mute or stand in for, and wherever the reader dies, each event is told exactly once to
each person who should know, in one line, and sent once through each channel that they want."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.collab.notices import kinds, queries, rules
from trimtab.collab.notices.kinds import MODES, Channel, Mode
from trimtab.collab.notices.rules import Wishes, after_quiet, next_digest, send_at
from trimtab.collab.notices.services import following
from trimtab.core import ledger
from trimtab.core.actors import Actor
from trimtab.core.tests.factories import inside
from trimtab.roadmap.tests.factories import make_item
from trimtab.roadmap.tests.notices import (
    assign,
    catch_up,
    deliveries,
    happenings,
    join_as,
    lines_of,
    now,
    prefer,
    set_health,
    watch,
)
from trimtab.roadmap.tests.talk import found, say

PEOPLE = 4
WHO = st.integers(0, PEOPLE - 1)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        kind: st.fixed_dictionaries(
            {}, optional={channel.value: st.sampled_from([m.value for m in MODES[channel]]) for channel in Channel}
        )
        for kind in ("mentioned", "commented", "changed", "assigned")
    },
)
MINUTES = st.integers(0, 1439)
WISHES = st.fixed_dictionaries(
    {"choices": CHOICES},
    optional={
        "digest": st.sampled_from(["daily", "weekly"]),
        "digest_minute": MINUTES,
        "quiet_weekends": st.booleans(),
        "timezone": st.sampled_from(["Europe/Vienna", "Pacific/Apia", "America/New_York"]),
    },
)
DEEDS = st.one_of(
    st.tuples(st.just("health"), WHO, WHO),
    st.tuples(st.just("say"), WHO, WHO),
    st.tuples(st.just("assign"), WHO, WHO),
    st.tuples(st.just("read"), st.integers(1, 6), WHO),
    st.tuples(st.just("crash"), st.integers(1, 6), WHO),
)


@dataclass
class Model:
    """Who should be told of what, worked out from the rules in the simplest way, apart from the product."""

    people: list[Actor]
    item: UUID
    stand_ins: dict[int, int]
    owner: int | None = None
    watching: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    health: int = 0
    waiting: list[tuple[str, int, dict[int, bool]]] = field(default_factory=list)
    expected: set[tuple[str, UUID]] = field(default_factory=set)

    def read(self) -> None:
        """The reader comes by: who watches today is who is told."""
        for event, actor, direct in self.waiting:
            told = dict(direct)
            for person in (self.watching | ({self.owner} if self.owner is not None else set())) - self.muted - {actor}:
                told.setdefault(person, False)
            told.pop(actor, None)
            for absent, meant in list(told.items()):
                stand_in = self.stand_ins.get(absent)
                if stand_in is not None and stand_in != actor and absent in told:
                    told[stand_in] = told.get(stand_in, False) or meant
            for person, meant in told.items():
                if meant or person not in self.muted:
                    self.expected.add((event, self.people[person].person_id))
        self.waiting = []


def play(model: Model, deed: tuple[str, int, int]) -> None:
    what, one, other = deed
    if what in {"read", "crash"}:
        _read(model, page=one, crash=what == "crash")
        return
    actor = model.people[one]
    ledger.forget_written()
    direct: dict[int, bool] = {}
    if what == "health":
        model.health += 1
        set_health(actor, model.item, ("at_risk", "off_track", "on_track")[model.health % 3])
    elif what == "say":
        say(actor, type("It", (), {"id": model.item})(), f"@{name_of(other)} hm", clock=now())  # type: ignore[arg-type]
        model.watching |= {one, other} - model.muted
        direct = {other: True}
    elif other != model.owner:
        assign(actor, model.item, model.people[other])
        model.owner = other
        direct = {other: True}
    else:
        return
    model.waiting.append((f"{ledger.last_written()}:item:{model.item}", one, direct))


def _read(model: Model, *, page: int, crash: bool) -> None:
    workspace = model.people[0].workspace_id
    before, following.PAGE = following.PAGE, page
    try:
        if crash:
            with inside(model.people[0]):
                following.read_on(workspace, now())
                transaction.set_rollback(True)
        else:
            catch_up(model.people[0])
            model.read()
    finally:
        following.PAGE = before


def name_of(person: int) -> str:
    return ("ada-one", "bea-two", "cyn-three", "dan-four")[person]


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_HOST = "mail.invalid"


@settings(max_examples=15)
@given(
    wishes=st.lists(WISHES, min_size=PEOPLE, max_size=PEOPLE),
    stand_ins=st.dictionaries(WHO, WHO),
    watching=st.sets(WHO),
    muted=st.sets(WHO),
    deeds=st.lists(DEEDS, min_size=1, max_size=12),
)
def test_each_event_is_told_exactly_once_to_each_person_who_should_know(wishes, stand_ins, watching, muted, deeds):
    model = _world(wishes, stand_ins, watching - muted, muted)
    for deed in [*deeds, ("read", 3, 0), ("read", 1000, 0)]:
        play(model, deed)

    told = [h for h in happenings(model.people[0], entity="item", record_id=model.item) if h.person_id is not None]
    assert Counter((h.event, h.person_id) for h in told) == Counter(model.expected)
    for person in model.people:
        lines = [line for line in lines_of(person) if line.record_id == model.item]
        assert sum(line.happenings for line in lines) == sum(h.person_id == person.person_id for h in told)
        assert {h.notice_id for h in told if h.person_id == person.person_id} == {line.id for line in lines}
    _check_deliveries(model, told)


def _world(wishes: list[dict], stand_ins: dict[int, int], watching: set[int], muted: set[int]) -> Model:
    admin = found()
    people = [join_as(admin, name_of(n).replace("-", " ").title()) for n in range(PEOPLE)]
    item = make_item(admin, clock=now())
    stand_ins = {absent: other for absent, other in stand_ins.items() if absent != other}
    today = now().now.date()
    for n, person in enumerate(people):
        away = {}
        if n in stand_ins:
            away = {
                "stand_in_id": people[stand_ins[n]].person_id,
                "away_from": today - timedelta(days=1),
                "away_until": today + timedelta(days=1),
            }
        prefer(person, **wishes[n], **away)
        if n in watching | muted:
            watch(person, item.id, on=n in watching)
    catch_up(admin)
    return Model(people, item.id, stand_ins, watching=set(watching), muted=set(muted))


def _check_deliveries(model: Model, told: list) -> None:
    """One letter's worth for each happening whose reader wants mail of its kind, none for the others."""
    workspace = model.people[0].workspace_id
    with inside(model.people[0]):
        settings_of = queries.settings_of(workspace, [person.person_id for person in model.people])
        place = queries.workspace_of(workspace)
    wanted = Counter(
        h.id
        for h in told
        if rules.mode_of(queries.wishes(settings_of[h.person_id], place), kinds.kind_of(h.kind), Channel.MAIL)
        is not Mode.OFF
    )
    ids = {h.id for h in told}
    assert Counter(row.happening_id for row in deliveries(model.people[0]) if row.happening_id in ids) == wanted


ZONES = st.sampled_from(["UTC", "Europe/Vienna", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"])
INSTANTS = st.datetimes(
    min_value=now().now.replace(tzinfo=None) - timedelta(days=400),
    max_value=now().now.replace(tzinfo=None) + timedelta(days=400),
).map(lambda at: at.replace(tzinfo=now().now.tzinfo))


@st.composite
def wished(draw: st.DrawFn) -> Wishes:
    quiet = draw(st.none() | st.tuples(MINUTES, MINUTES))
    return Wishes(
        zone=draw(ZONES),
        weekly=draw(st.booleans()),
        digest_minute=draw(MINUTES),
        digest_weekday=draw(st.integers(0, 6)),
        quiet_from=quiet and quiet[0],
        quiet_until=quiet and quiet[1],
        quiet_weekends=draw(st.booleans()),
    )


@settings(max_examples=150)
@given(wished(), INSTANTS)
def test_nothing_goes_out_while_it_is_quiet_and_nothing_is_put_off_for_ever(wishes, at):
    due = after_quiet(wishes, at)

    assert at <= due <= at + timedelta(days=5)
    assert after_quiet(wishes, due) == due


@settings(max_examples=150)
@given(wished(), INSTANTS)
def test_a_digest_is_due_at_the_hour_and_day_that_was_chosen(wishes, at):
    from zoneinfo import ZoneInfo

    due = next_digest(wishes, at)
    local = due.astimezone(ZoneInfo(wishes.zone))

    assert at <= due <= at + timedelta(days=9)
    assert not wishes.weekly or local.weekday() == wishes.digest_weekday
    assert abs((local.hour * 60 + local.minute) - wishes.digest_minute) in {0, 60, 1380}  # a clock put forward or back


@settings(max_examples=200)
@given(wished(), INSTANTS, st.sampled_from(list(kinds.kinds()) or [kinds.kind_of("changed")]))
def test_what_is_sent_at_once_waits_for_nothing_but_the_kinds_delay_and_the_quiet(wishes, at, kind):
    due = send_at(wishes, kind, Mode.NOW, at)

    assert due == after_quiet(wishes, at + timedelta(seconds=kind.delay_s))
