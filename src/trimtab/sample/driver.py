"""Plays the script through the services: each event under a change set of its time and author."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from trimtab.collab import public as collab
from trimtab.core import ids, scope
from trimtab.core.actors import Actor, Clock
from trimtab.core.bulk import Measured
from trimtab.roadmap import public as roadmap
from trimtab.sample.content import read_file
from trimtab.sample.events import (
    Answer,
    Ask,
    Create,
    Edit,
    Event,
    React,
    Relate,
    Resolve,
    Say,
    SetEstimates,
    SetTrack,
    TrackerPass,
    Watch,
)
from trimtab.sample.setup import Names
from trimtab.settings import CURRENT

_REFERENCES = {"owner": "people", "team": "teams", "area": "areas", "level": "levels", "release": "releases"}
_TRACKED = ("phase_id", "owner_id", "start_on", "start_precision", "end_on", "end_precision", "custom")


@dataclass(slots=True)
class Player:
    """Knows the ids of what the script names, and where each work item of the tracker stands."""

    names: Names
    clock: datetime
    dependencies: dict[tuple[str, str], UUID] = field(default_factory=dict)
    work: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, UUID] = field(default_factory=dict)

    def play(self, events: Sequence[Event], progress: Callable[[str], None]) -> None:
        """Play all events in order, one transaction for each month of them."""
        measured = Measured("item", "item_text", "item_value", "item_phase", "estimate", "custom_link")
        for (year, month), some in groupby(events, key=lambda event: (event.at.year, event.at.month)):
            with scope.workspace(self.names.workspace_id):
                for event in some:
                    self.clock = event.at
                    self._play(event)
                    measured.wrote(len(event.act.created) if isinstance(event.act, TrackerPass) else 1)
            progress(f"sample company, {date(year, month, 1):%B %Y}")

    def _play(self, event: Event) -> None:
        actor, clock, act = self.names.actor(event.author), Clock(event.at), event.act
        match act:
            case Create():
                self._create(actor, clock, act)
            case Edit():
                item_id, changes = self.names.items[act.item], self._values(act.values)
                roadmap.update_item(actor=actor, clock=clock, item_id=item_id, changes=changes, note=event.note)
            case SetEstimates():
                efforts = [self._effort(*row) for row in act.estimates]
                item_id = self.names.items[act.item]
                roadmap.set_estimates(actor=actor, clock=clock, item_id=item_id, efforts=efforts)
            case SetTrack():
                roadmap.set_track_phase(
                    actor=actor,
                    clock=clock,
                    item_id=self.names.items[act.item],
                    track_id=self.names.tracks[act.track],
                    phase_id=self.names.phases[act.track][act.phase],
                )
            case Ask():
                ends = (self.names.items[act.source], self.names.items[act.target])
                self.dependencies[act.source, act.target] = roadmap.add_dependency(
                    actor=actor, clock=clock, from_id=ends[0], to_id=ends[1], values=act.values
                )
            case Answer():
                self._answer(actor, clock, act, event.note)
            case Relate():
                ends = (self.names.items[act.source], self.names.items[act.target])
                roadmap.add_relation(actor=actor, clock=clock, from_id=ends[0], to_id=ends[1], relation_type=act.type)
            case TrackerPass():
                self._track(actor, clock, act)
            case Say() | React() | Resolve() | Watch():
                self._talk(actor, clock, act)

    def _talk(self, actor: Actor, clock: Clock, act: Say | React | Resolve | Watch) -> None:
        match act:
            case Say():
                item_id = self.names.items[act.item]
                thread_id = None if act.answers is None else self.comments[act.answers]
                said = self.comments[act.key] = collab.post_comment(
                    actor=actor, clock=clock, entity="item", record_id=item_id, body=act.text, thread_id=thread_id
                )
                if act.file is not None:
                    collab.attach_file(
                        actor=actor,
                        clock=clock,
                        entity="item",
                        record_id=item_id,
                        name=act.file,
                        content=read_file(act.file),
                        limits=CURRENT.files,
                        comment_id=said,
                    )
            case React():
                collab.react(actor=actor, clock=clock, comment_id=self.comments[act.key], emoji=act.emoji)
            case Resolve():
                collab.resolve_thread(actor=actor, clock=clock, comment_id=self.comments[act.key])
            case Watch():
                collab.set_watching(actor=actor, clock=clock, entity="item", record_id=self.names.items[act.item])

    def _create(self, actor: Actor, clock: Clock, act: Create) -> None:
        values = self._values(act.values)
        self.names.items[act.item] = roadmap.create_item(actor=actor, clock=clock, values=values).id

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The script's names as the ids that the services take."""
        return dict(self._value(name, value) for name, value in values.items())

    def _value(self, name: str, value: Any) -> tuple[str, Any]:
        names = self.names
        if name == "parent":
            return "parent_id", value and names.items[value]
        if name == "phase":
            return "phase_id", names.phases["delivery"][value]
        if name in _REFERENCES:
            return f"{name}_id", value and getattr(names, _REFERENCES[name])[value]
        if name == "dimensions":
            return name, {key: [names.values[key][one] for one in some] for key, some in value.items()}
        if name == "custom":
            return name, {key: self._custom(key, one) for key, one in value.items()}
        return name, value

    def _custom(self, key: str, value: Any) -> Any:
        if key == "sponsor":
            return self.names.people[value]
        if key == "also_involved":
            return [self.names.teams[team] for team in value]
        return value

    def _effort(self, team: str, low: float, likely: float, high: float) -> roadmap.Effort:
        return roadmap.Effort(Decimal(str(likely)), Decimal(str(low)), Decimal(str(high)), self.names.teams[team])

    def _answer(self, actor: Actor, clock: Clock, act: Answer, note: str) -> None:
        roadmap.act_on_dependency(
            actor=actor,
            clock=clock,
            dependency_id=self.dependencies[act.source, act.target],
            act=roadmap.Act(act.act),
            by=None if act.by is None else roadmap.By(*act.by),
            reason=act.reason,
            note=note,
        )

    def _track(self, actor: Actor, clock: Clock, act: TrackerPass) -> None:
        """One pass of the tracker: new work items in one statement, changed ones in another."""
        if act.created:
            roadmap.bulk_create_items(actor=actor, clock=clock, items=[self._work_item(new) for new in act.created])
        if act.changed:
            roadmap.bulk_update_items(actor=actor, clock=clock, changes=list(self._moved(act.changed)))

    def _work_item(self, new: Create) -> roadmap.NewItem:
        values = self._values(new.values)
        custom = self._stored(values.pop("custom"))
        item_id = self.names.items[new.item] = ids.new_id()
        self.work[new.item] = dict.fromkeys(_TRACKED) | {"phase_id": values["phase_id"], "custom": custom}
        return roadmap.NewItem(id=item_id, custom=custom, **values)

    def _moved(self, changed: Sequence[Edit]) -> Iterator[tuple[UUID, dict[str, Any]]]:
        """Every tracked column of each changed item, so that all go in one statement; what stands is not logged."""
        for edit in changed:
            state, values = self.work[edit.item], self._values(edit.values)
            state["custom"] = {**state["custom"], **self._stored(values.pop("custom", {}))}
            state |= values
            yield self.names.items[edit.item], dict(state)

    def _stored(self, custom: Mapping[str, Any]) -> dict[str, Any]:
        fields = self.names.fields
        return {str(fields[key].id): roadmap.canonical(fields[key], value) for key, value in custom.items()}
