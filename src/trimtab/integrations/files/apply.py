"""Second half of an import: what was staged is written, all or nothing.

The order keeps others waiting as little as possible: new records first, which nobody else can see or lock; then the
items that were here already, and last what their parents add up to.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from trimtab.accounts import public as accounts
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.bulk import Measured, insert_rows
from trimtab.core.errors import Conflict
from trimtab.core.ids import new_id
from trimtab.core.ledger import HistoryEntry, RecordHistory
from trimtab.core.models import ExternalKey
from trimtab.integrations.files import check
from trimtab.integrations.files.bring import bring
from trimtab.integrations.files.history import Entry
from trimtab.integrations.files.remember import name_tracked, remember
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.staging import execute, pages, select
from trimtab.integrations.files.write import SHORT_KEY, beside_of, changes_of, constants_of, person_of, team_of
from trimtab.integrations.models import StagedPart
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.public import NewTie

CHUNK = 5000
HISTORIES = 500
UNDATED = "Changed between two imports; on which day is not known."
_KEYED = frozenset({"team", "phase", "person", "release"})
_NEW_ITEMS = """
select s.row as place, s.record_id as id, left(s.key, %(key)s) as key, s.data, s.review,
  coalesce(p.record_id, k.record_id) as parent_id
from integrations_stagedrow s
left join integrations_stagedrow p on s.parent_key <> '' and p.operation_id = s.operation_id and p.part = 'items'
  and p.key = s.parent_key and p.action <> 'reject'
left join scoped.external_key k on p.id is null and s.parent_key <> '' and k.source = %(source)s and k.entity = 'item'
  and k.key = s.parent_key
where s.operation_id = %(operation)s and s.part = 'items' and s.action = 'create' and s.row > %(after)s
order by s.row limit %(size)s
"""
_NAMES = """
with page as materialized (
  select id, row, key, record_id, data ->> %(url)s as url from integrations_stagedrow
  where operation_id = %(operation)s and part = 'items' and action = %(action)s and row > %(after)s
  order by row limit %(size)s
), made as (
  insert into core_externalkey (id, workspace_id, version, created_at, updated_at, source, entity, key, record_id, url)
  select id, %(workspace)s, 1, now(), now(), %(source)s, 'item', key, record_id, url from page
  where url is not null order by row
)
select count(*) as rows, max(row) as last from page
"""
_STAGED = """
select row, key, record_id as id, seen_version, data, review from integrations_stagedrow
where operation_id = %s and part = %s and action = %s and row > %s order by row limit %s
"""
_TAKEN = """
select e.key from integrations_stagedrow s
join scoped.external_key e on e.source = %s and e.entity = 'item' and e.key = s.key
join scoped.item i on i.id = e.record_id
where s.operation_id = %s and s.part = 'items' and s.action = 'create' limit 1
"""
_LEFT_BEHIND = """
delete from core_externalkey e using integrations_stagedrow s
where e.workspace_id = %s and e.source = %s and e.entity = 'item' and e.key = s.key and s.operation_id = %s
  and s.part = 'items' and s.action in ('create', 'update')
  and not exists (select from scoped.item i where i.id = e.record_id)
"""
_FIRST = """
select min(least(at, (data -> 'born' ->> 'at')::timestamptz)) as at from integrations_stagedrow
where operation_id = %s and action = 'create' and part in ('history', 'items')
"""
_HELD = """
select id, number, rank, key, to_jsonb(i) as row from scoped.item i where id = any(%s)
"""
# Every record that the items or their past refer to, by the column that does.
_USED = """
with used as (
  select data -> 'item' as fields from integrations_stagedrow
  where operation_id = %(op)s and part = 'items' and action in ('create', 'update', 'keep')
)
select 'team' as entity, fields ->> 'team_id' as id from used
union select 'phase', fields ->> 'phase_id' from used
union select 'level', fields ->> 'level_id' from used
union select 'area', fields ->> 'area_id' from used
union select 'person', fields ->> 'owner_id' from used
union select 'release', fields ->> 'release_id' from used
union select replace(replace(f.key, '_id', ''), 'owner', 'person'), v.value
  from integrations_stagedrow h, jsonb_each(h.data -> 'fields') f, jsonb_array_elements_text(f.value) v
  where h.operation_id = %(op)s and h.part = 'history' and h.action = 'create'
    and f.key in ('team_id', 'phase_id', 'level_id', 'area_id', 'owner_id', 'release_id')
union select split_part(replace(data ->> 'kind', 'dim.', 'dimension_value.'), '.', 1), record_id::text
  from integrations_stagedrow where operation_id = %(op)s and part = 'setup' and action = 'create'
union select 'custom_field', id::text from scoped.custom_field where entity = 'item' and key = any(%(customs)s)
"""
_ANY_UPDATE = """
select 1 from integrations_stagedrow where operation_id = %s and part = 'items' and action = 'update' limit 1
"""
_LOCK = """
select count(*) from (
  select i.id from roadmap_item i join integrations_stagedrow s on s.record_id = i.id
  where s.operation_id = %s and s.part = 'items' and s.action = 'update' order by i.id for update of i
) held
"""
_STALE = """
select s.key from integrations_stagedrow s left join scoped.item i on i.id = s.record_id
where s.operation_id = %s and s.part = 'items' and s.action = 'update' and i.version is distinct from s.seen_version
limit 1
"""


@dataclass(slots=True)
class Applied:
    """What the apply did. ``locked_from``: when, by the process's clock, it took the first lock others may wait for."""

    batch_id: UUID
    made: Counter[str] = field(default_factory=Counter)
    history: int = 0
    records: dict[str, int] = field(default_factory=dict)
    locked_from: float | None = None

    def lock(self) -> None:
        """Remember that locks are held from here on."""
        if self.locked_from is None:
            self.locked_from = time.monotonic()


@dataclass(frozen=True, slots=True)
class Apply:
    """One import while it is written, inside one transaction.

    New items are numbered from ``first_number`` on, in the order of the file. ``step`` says what is done now.
    """

    actor: Actor
    clock: Clock
    operation_id: UUID
    recipe: Recipe
    first_number: int
    step: Callable[[str], None]

    def run(self, label: str) -> Applied:
        """Write everything. Raises Conflict when somebody imported the same rows meanwhile, and what services raise."""
        self._refuse_taken()
        applied = Applied(ledger.open_batch(self.actor, self.clock, "import", label))
        with (
            ledger.change_set(self.actor, at=self.clock.now, batch=applied.batch_id),
            roadmap.tree_checked_last(self.actor),
        ):
            self._set_up(applied)
            self._name(applied)
            if self.recipe.items.tracker_source:
                name_tracked(self.actor.workspace_id, self.operation_id, self.recipe.items.tracker_source)
            self._create(applied)
            self._tie(applied)
            self._tell(applied)
            self._update(applied)
            if self.recipe.records:
                self.step("records")
                applied.records = bring(self.actor, self.clock, self.operation_id, self.recipe.source, applied.batch_id)
            remember(self.actor.workspace_id, self.operation_id, self.recipe.source, applied.batch_id)
            self.step("adding up")
            applied.lock()
        return applied

    def _staged(self, part: StagedPart, action: str) -> Iterator[dict[str, Any]]:
        for page in pages(_STAGED, [self.operation_id, part.value, action], CHUNK):
            yield from page

    def _refuse_taken(self) -> None:
        taken = select(_TAKEN, [self.recipe.source, self.operation_id])
        if taken:
            raise Conflict(f"Somebody imported {taken[0]['key']} meanwhile. Import again: it will be compared.")

    def _set_up(self, applied: Applied) -> None:
        """Make the configuration that was reserved, and keep the names that the file gave it."""
        self.step("teams, phases, fields")
        rows: dict[str, list[dict[str, Any]]] = {}
        keys: list[dict[str, Any]] = []
        staged = list(self._setup_rows())
        teams = {row["key"]: row["id"] for row in staged if row["data"]["kind"] == "team"}
        for row in staged:
            kind = row["data"]["kind"]
            rows.setdefault(kind, []).append({"id": row["id"], **row["data"]["columns"]})
            if kind in _KEYED:
                keys.append(self._key(kind, row["key"], row["id"], ""))
        for kind, listed in rows.items():
            if kind == "team":
                accounts.add_teams(self.actor, [team_of(row, teams) for row in listed])
            elif kind == "person":
                accounts.add_people(self.actor, [person_of(row) for row in listed])
            else:
                named = "dimension_value" if kind.startswith("dim.") else kind
                roadmap.bulk_add_configuration(self.actor, named, listed)
            applied.made[kind] += len(listed)
        insert_rows(ExternalKey, self.actor.workspace_id, keys)

    def _setup_rows(self) -> list[dict[str, Any]]:
        return select(
            "select key, record_id as id, data from integrations_stagedrow"
            " where operation_id = %s and part = 'setup' and action = 'create' order by id",
            [self.operation_id],
        )

    def _key(self, entity: str, key: str, record_id: UUID, url: str) -> dict[str, Any]:
        return {
            "id": new_id(), "source": self.recipe.source, "entity": entity, "key": key, "record_id": record_id,
            "url": url,
        }  # fmt: skip

    def _name(self, applied: Applied) -> None:
        """Keep under which names the items are known; a name that outlived its item goes to the new one."""
        self.step("names")
        execute(_LEFT_BEHIND, [self.actor.workspace_id, self.recipe.source, self.operation_id])
        measured = Measured("external_key")
        given = {
            "operation": self.operation_id,
            "workspace": self.actor.workspace_id,
            "source": self.recipe.source,
        }
        for action, url in (("create", "url"), ("update", "known_as")):
            after = -1
            while True:
                values = {**given, "action": action, "url": url, "after": after, "size": min(CHUNK, measured.room)}
                page = select(_NAMES, values)[0]
                if not page["rows"]:
                    break
                after = page["last"]
                measured.wrote(page["rows"])

    def _create(self, applied: Applied) -> None:
        self.step("items")
        roadmap.bulk_create_staged(
            actor=self.actor,
            clock=self.clock,
            source=_NEW_ITEMS,
            given={"key": SHORT_KEY, "source": self.recipe.source, "operation": self.operation_id},
            first_number=self.first_number,
            batch=applied.batch_id,
            told=lambda count: self.step("items"),
        )

    def _tie(self, applied: Applied) -> None:
        self.step("relations")
        for part, create in (
            (StagedPart.RELATIONS, roadmap.bulk_create_relations),
            (StagedPart.DEPENDENCIES, roadmap.bulk_create_dependencies),
        ):
            ties = (
                NewTie(UUID(row["data"]["from"]), UUID(row["data"]["to"]), row["data"]["type"], id=row["id"])
                for row in self._staged(part, "create")
            )
            create(actor=self.actor, clock=self.clock, ties=ties, batch=applied.batch_id)

    def _tell(self, applied: Applied) -> None:
        """Tell the past of the new items, and let the configuration hold since its first day."""
        first = select(_FIRST, [self.operation_id])[0]["at"]
        if first is None or self.recipe.history is None:
            return
        self.step("history")
        used = select(_USED, {"op": self.operation_id, "customs": [custom.key for custom in self.recipe.customs]})
        by_entity: dict[str, list[UUID]] = {}
        for row in used:
            if row["id"] is not None:
                by_entity.setdefault(row["entity"], []).append(UUID(row["id"]))
        for entity, ids in by_entity.items():
            ledger.valid_from(self.actor, self.clock, applied.batch_id, entity, ids, first)
        histories = check.histories(self.operation_id, self.clock.now)
        while chunk := [(record_id, entries) for record_id, entries, _ in islice(histories, HISTORIES) if entries]:
            applied.history += self._backfill(applied.batch_id, dict(chunk))
            self.step("history")

    def _backfill(self, batch: UUID, entries: Mapping[UUID, Sequence[Entry]]) -> int:
        assert self.recipe.history is not None
        held = {row["id"]: row["row"] for row in select(_HELD, [list(entries)])}
        told = [
            RecordHistory(
                record_id,
                [
                    HistoryEntry(one.at, one.field, one.old, one.new, one.actor or None, one.cause or None)
                    for one in listed
                ],
                constants_of(self.recipe.history, held[record_id], {one.field for one in listed}),
            )
            for record_id, listed in entries.items()
        ]
        result = ledger.backfill_many(self.actor, self.clock, batch, "item", told)
        if result.rejected:
            wrong = result.rejected[0]
            raise Conflict(f"The history of {held[wrong.record_id]['key']} does not fit: {wrong.field} {wrong.problem}")
        roadmap.rebuild_rollups_of_the_past(self.actor, list(entries))
        return result.entries

    def _update(self, applied: Applied) -> None:
        """Write what differs in the items that were here. From the first of them on others may have to wait."""
        self.step("changes")
        note = UNDATED if self.recipe.history is not None else ""
        if not select(_ANY_UPDATE, [self.operation_id]):
            return
        applied.lock()
        execute(_LOCK, [self.operation_id])
        stale = select(_STALE, [self.operation_id])
        if stale:
            raise Conflict(f"Somebody changed {stale[0]['key']} meanwhile. Import again: it will be compared.")
        staged = partial(self._staged, StagedPart.ITEMS, "update")
        roadmap.bulk_update_items(
            actor=self.actor, clock=self.clock, changes=map(changes_of, staged()), batch=applied.batch_id, note=note
        )
        roadmap.bulk_update_beside(
            actor=self.actor, clock=self.clock, changes=map(beside_of, staged()), batch=applied.batch_id, note=note
        )
