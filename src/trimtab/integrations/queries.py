"""Reads for what comes in: the workspace's configuration by its names, items by their keys elsewhere, runs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import NotFound
from trimtab.core.ledger.models import Batch
from trimtab.core.models import Operation, OperationState
from trimtab.integrations.files import staging
from trimtab.integrations.files.plan import Current
from trimtab.integrations.files.recipe import Recipe
from trimtab.integrations.files.refs import Known
from trimtab.integrations.files.report import Rejection, Report
from trimtab.integrations.files.source import FILE_STEP, place
from trimtab.integrations.files.staging import select
from trimtab.integrations.models import (
    ImportDecision,
    ImportFile,
    ImportSession,
    StagedAction,
    StagedPart,
    StagedRow,
)

IMPORT = "import"
MOST_REJECTIONS = 10_000
MOST_AMBIGUOUS = 200_000
# How many items of an import are special, by what they are.
_SPECIAL = """
select
  count(*) filter (where action in ('create', 'update') and review is not null and review <> '{}') as review,
  count(*) filter (where action = 'ask') as ambiguous,
  count(*) filter (where action = 'update' and data ? 'known_as') as adopted,
  count(*) filter (where action in ('update', 'keep') and data ? 'conflicts') as conflicts,
  count(*) filter (where action in ('update', 'keep') and data ? 'kept') as kept
from integrations_stagedrow where operation_id = %s and part = 'items'
"""
_ASKED = """
select id, row, key, record_id, parent_key, data, review from integrations_stagedrow
where operation_id = %s and part = 'items' and row = any(%s) and data ? 'asked' for update
"""
_AMBIGUOUS = """
select id, row, key, data from integrations_stagedrow
where operation_id = %s and part = 'items' and action = 'ask' and row > %s order by row limit %s
"""
_CANDIDATES = """
select i.id, w.prefix || '-' || i.number as ref, i.title, a.name as area, l.name as level
from scoped.item i join scoped.level l on l.id = i.level_id left join scoped.area a on a.id = i.area_id
cross join scoped.workspace w
where i.id = any(%s) order by i.number
"""
_KNOWN = """
with called as (
  select entity, record_id, key from scoped.external_key where source = %s
)
select k.kind, k.id, k.key, k.name, c.key as written, k.unsure, k.data
from (
  select 'level' as kind, id, key, name, false as unsure, jsonb_build_object('rank', rank) as data, 'level' as entity
  from scoped.level
  union all
  select 'phase', p.id, p.key, p.name, p.review is not null, jsonb_build_object('category', p.category), 'phase'
  from scoped.phase p join scoped.track t on t.id = p.track_id where t.primary
  union all
  select 'team', id, key, name, review is not null, '{}', 'team' from scoped.team
  union all
  select 'person', id, coalesce(nullif(email, ''), name), name, false, '{}', 'person' from scoped.person
  union all
  select 'release', id, key, name, false, jsonb_build_object('released_on', released_on), 'release' from scoped.release
  union all
  select 'area', id, name, name, false, '{}', 'area' from scoped.area
  union all
  select 'dim.' || d.key, v.id, v.key, v.name, false, '{}', 'dimension_value'
  from scoped.dimension_value v join scoped.dimension d on d.id = v.dimension_id
  union all
  select 'dimension', id, key, name, false, jsonb_build_object('multiple', multiple), 'dimension' from scoped.dimension
  union all
  select 'custom_field', id, key, name, false, jsonb_build_object('type', type, 'options', options), 'custom_field'
  from scoped.custom_field where entity = 'item'
) k left join called c on c.entity = k.entity and c.record_id = k.id
order by k.kind, k.id
"""
_MATCH = """
select e.key, i.id, i.version, to_jsonb(i) as item,
  (select t.body from scoped.item_text t where t.id = i.id) as description,
  (select e.likely::text from scoped.estimate e where e.item_id = i.id and e.team_id is null) as effort,
  (select coalesce(jsonb_object_agg(d.dimension_id, d.ids), '{}') from (
    select v.dimension_id, jsonb_agg(v.value_id) as ids from scoped.item_value v where v.item_id = i.id
    group by v.dimension_id) d) as dims,
  (select coalesce(jsonb_object_agg(l.field_id, l.ids), '{}') from (
    select c.field_id, jsonb_agg(coalesce(c.team_id, c.person_id, c.item_id)) as ids from scoped.custom_link c
    where c.entity = 'item' and c.record_id = i.id group by c.field_id) l) as links
from {found} e join scoped.item i on i.id = e.record_id
"""
_BY_KEY = "(select key, record_id from scoped.external_key where entity = 'item' and source = %s and key = any(%s))"
_BY_ID = "(select '' as key, unnest(%s::uuid[]) as record_id)"
# The newest word of each source, newest source first.
_SAID = """
select v.record_id, v.source, v.values from (
  select distinct on (v.record_id, v.source) v.record_id, v.source, v.values, v.created_at
  from scoped.imported_value v left join ledger_batch b on b.id = v.batch_id
  where v.record_id = any(%s) and b.undone_at is null
  order by v.record_id, v.source, v.created_at desc, v.id desc
) v order by v.record_id, v.created_at desc
"""


def list_known(source: str) -> Iterator[Known]:
    """The configuration, with the names that files of ``source`` gave it; ids in order. In the open transaction."""
    for row in select(_KNOWN, [source]):
        yield Known(row["kind"], row["id"], row["key"], row["name"], row["written"] or "", row["unsure"], row["data"])


def match_items(source: str, keys: Collection[str], speaker: str = "") -> dict[str, Current]:
    """The items that ``source`` knows by these keys, with what ``speaker`` (the same, if empty) last said of them.

    In the open transaction.
    """
    rows = select(_MATCH.replace("{found}", _BY_KEY), [source, list(keys)]) if keys else []
    return {row["key"]: current for row, current in zip(rows, _currents(rows, speaker or source), strict=True)}


def get_items(ids: Collection[UUID], speaker: str) -> dict[UUID, Current]:
    """The items of these ids, with what ``speaker`` last said of them. In the open transaction."""
    rows = select(_MATCH.replace("{found}", _BY_ID), [list(ids)]) if ids else []
    return {current.id: current for current in _currents(rows, speaker)}


def _currents(rows: list[dict[str, Any]], speaker: str) -> Iterator[Current]:
    told: dict[UUID, dict[str, Any]] = {}
    for said in select(_SAID, [[row["id"] for row in rows]]) if rows else []:
        told.setdefault(said["record_id"], {})[said["source"]] = said["values"]
    for row in rows:
        of = told.get(row["id"], {})
        others = next((values for source, values in of.items() if source != speaker), None)
        yield Current(
            row["id"], row["version"], row["item"], row["description"], row["effort"], row["dims"], row["links"],
            own=of.get(speaker), others=others,
        )  # fmt: skip


def list_decisions(source: str, keys: Collection[str]) -> dict[str, ImportDecision]:
    """What was decided of these keys of ``source``. In the open transaction."""
    rows = ImportDecision.objects.filter(source=source, key__in=list(keys)) if keys else ()
    return {row.key: row for row in rows}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that an ambiguous row may be."""

    id: UUID
    ref: str
    title: str
    area: str | None
    level: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A row that may be an item that is here already."""

    row: int
    key: str
    title: str
    candidates: tuple[Candidate, ...]


def list_ambiguous(operation_id: UUID, *, after: int = -1, limit: int = MOST_AMBIGUOUS) -> list[Ambiguous]:
    """The rows that wait for a person's word, in the file's order. In the open transaction."""
    rows = select(_AMBIGUOUS, [operation_id, after, limit])
    candidates = candidates_of(rows)
    return [Ambiguous(row["row"], row["key"], row["data"]["item"]["title"], candidates[row["id"]]) for row in rows]


def candidates_of(rows: Collection[dict[str, Any]]) -> dict[UUID, tuple[Candidate, ...]]:
    """The items that ambiguous rows may be, by the staged row's id. In the open transaction."""
    ids = {one for row in rows for one in row["data"]["asked"]["candidates"]}
    found = (
        {str(row["id"]): Candidate(**row) for row in select(_CANDIDATES, [[UUID(one) for one in ids]])} if ids else {}
    )
    return {row["id"]: tuple(found[one] for one in row["data"]["asked"]["candidates"] if one in found) for row in rows}


def field_names(operation_id: UUID) -> dict[str, str]:
    """What custom fields and dimensions are called, ``custom.<id>`` → ``custom.<key>``, those to be made included."""
    rows = select(
        "select 'custom.' || id as name, 'custom.' || key as called from scoped.custom_field union all"
        " select 'dim.' || id, 'dim.' || key from scoped.dimension union all"
        " select replace(replace(data ->> 'kind', 'custom_field', 'custom.'), 'dimension', 'dim.') || record_id,"
        "   replace(replace(data ->> 'kind', 'custom_field', 'custom.'), 'dimension', 'dim.') || key"
        " from integrations_stagedrow where operation_id = %s and part = 'setup'"
        " and data ->> 'kind' in ('custom_field', 'dimension')",
        [operation_id],
    )
    return {row["name"]: row["called"] for row in rows}


def list_asked(operation_id: UUID, rows: Collection[int]) -> list[dict[str, Any]]:
    """Staged rows that are, or were, ambiguous, held for writing. In the open transaction."""
    return select(_ASKED, [operation_id, list(rows)])


def list_taken(operation_id: UUID, ids: Collection[UUID], but: Collection[int]) -> list[UUID]:
    """Which of these items are what another row of the import than ``but`` is. In the open transaction."""
    rows = select(
        "select record_id as id from integrations_stagedrow where operation_id = %s and part = 'items'"
        " and action in ('update', 'keep') and record_id = any(%s) and row <> all(%s)",
        [operation_id, list(ids), list(but)],
    )
    return [row["id"] for row in rows]


def find_unfinished(actor: Actor, fingerprint: str) -> Operation | None:
    """The last import of the same files by the same recipe that was interrupted before it was applied."""
    actor.require(Permission.EDIT)
    running = Operation.objects.in_workspace(actor.workspace_id).filter(kind=IMPORT, state=OperationState.RUNNING)
    found: Operation | None = running.filter(input__fingerprint=fingerprint).order_by("-created_at").first()
    return found


def list_left_behind(actor: Actor, but: UUID) -> list[UUID]:
    """Imports from the command line, other than ``but``, that still have staged rows, or say that they run."""
    rows = select(
        "select distinct s.operation_id as id from integrations_stagedrow s join core_operation o"
        " on o.id = s.operation_id where s.operation_id <> %(but)s and o.kind = %(kind)s"
        " union select id from core_operation where workspace_id = %(workspace)s and kind = %(kind)s"
        " and state = 'running' and id <> %(but)s",
        {"workspace": actor.workspace_id, "kind": IMPORT, "but": but},
    )
    return [row["id"] for row in rows]


def report(operation_id: UUID, recipe: Recipe) -> Report:
    """What the staged rows come to. In the open transaction, after the check."""
    counts = {part: staging.count(operation_id, part) for part in StagedPart}
    items, history = counts[StagedPart.ITEMS], counts[StagedPart.HISTORY]
    made = select(
        "select data ->> 'kind' as kind, count(*) as n from integrations_stagedrow"
        " where operation_id = %s and part = 'setup' and action = 'create' group by 1 order by 1",
        [operation_id],
    )
    wrong = select(
        "select part, row, key, problem, data, count(*) over () as n from integrations_stagedrow"
        " where operation_id = %s and problem <> '' order by part, row limit %s",
        [operation_id, MOST_REJECTIONS],
    )
    records = select(
        "select data ->> 'target' as target, count(*) as n from integrations_stagedrow"
        " where operation_id = %s and part = 'records' and action = 'create' group by 1 order by 1",
        [operation_id],
    )
    special = select(_SPECIAL, [operation_id])[0]
    return Report(
        batch_id=None,
        created=items.get(StagedAction.CREATE, 0),
        updated=items.get(StagedAction.UPDATE, 0),
        unchanged=items.get(StagedAction.KEEP, 0),
        **special,
        relations=counts[StagedPart.RELATIONS].get(StagedAction.CREATE, 0),
        dependencies=counts[StagedPart.DEPENDENCIES].get(StagedAction.CREATE, 0),
        history=history.get(StagedAction.CREATE, 0),
        history_known=history.get(StagedAction.KEEP, 0),
        made={row["kind"]: row["n"] for row in made},
        rejected_count=wrong[0]["n"] if wrong else 0,
        rejected=tuple(_rejection(row, recipe.items.files) for row in wrong),
        records={row["target"]: row["n"] for row in records},
    )


def _rejection(row: Mapping[str, Any], files: tuple[str, ...]) -> Rejection:
    """A row that was left out, where it stands in its file; of several files of items, the file is named too."""
    staged = int((row["data"] or {}).get("line", row["row"]))
    file, number = place(staged, files) if row["part"] == StagedPart.ITEMS.value or "line" in (row["data"] or {}) else (
        "", staged % FILE_STEP
    )  # fmt: skip
    return Rejection(row["part"], number, row["key"], f"{file}: {row['problem']}" if file else row["problem"])


def cancel_requested(operation_id: UUID) -> bool:
    """Whether somebody asked for the operation to stop."""
    return bool(Operation.objects.filter(id=operation_id, cancel_requested=True).exists())


def list_sessions(actor: Actor, *, limit: int) -> list[ImportSession]:
    """The newest first. Raises Forbidden."""
    actor.require(Permission.VIEW)
    return list(ImportSession.objects.in_workspace(actor.workspace_id).order_by("-created_at", "-id")[:limit])


def get_session(actor: Actor, session_id: UUID, *, lock: bool = False) -> ImportSession:
    """Raises NotFound, Forbidden. In the open transaction."""
    actor.require(Permission.VIEW)
    rows = ImportSession.objects.in_workspace(actor.workspace_id)
    found: ImportSession | None = (rows.select_for_update() if lock else rows).filter(id=session_id).first()
    if found is None:
        raise NotFound("There is no such import.")
    return found


def list_files(sessions: Collection[UUID]) -> list[ImportFile]:
    """The files of these sessions, in the order in which they came."""
    return list(ImportFile.objects.filter(session_id__in=sessions).order_by("created_at", "id"))


def get_file(actor: Actor, session: ImportSession, file_id: UUID, *, lock: bool = False) -> ImportFile:
    """Raises NotFound. In the open transaction."""
    rows = ImportFile.objects.in_workspace(actor.workspace_id)
    found: ImportFile | None = (
        (rows.select_for_update() if lock else rows).filter(session_id=session.id, id=file_id).first()
    )
    if found is None:
        raise NotFound("There is no such file in this import.")
    return found


def list_operations(ids: Collection[UUID | None]) -> dict[UUID, Operation]:
    """Operations by id; None and what is gone are left out."""
    return {row.id: row for row in Operation.objects.filter(id__in=[one for one in ids if one is not None])}


def list_batches(steps: Iterable[Operation]) -> dict[UUID, Batch]:
    """The batches that these operations made, by id."""
    return {
        batch.id: batch for batch in Batch.objects.filter(id__in=[step.batch_id for step in steps if step.batch_id])
    }


def find_operation(operation_id: UUID | None) -> Operation | None:
    """The operation, or None where there is none."""
    found: Operation | None = Operation.objects.filter(id=operation_id).first() if operation_id else None
    return found


def count_ambiguous(operation_id: UUID | None) -> int:
    """How many rows wait for a person's word."""
    if operation_id is None:
        return 0
    asked = StagedRow.objects.filter(operation_id=operation_id, part=StagedPart.ITEMS, action=StagedAction.ASK)
    return int(asked.count())


def count_staged(operation_id: UUID) -> int:
    """How many rows are staged."""
    return int(StagedRow.objects.filter(operation_id=operation_id).count())


_TARGETS = """
select 'custom.' || key as name, name as label, type from scoped.custom_field where entity = 'item'
union all select 'dim.' || key, name, '' from scoped.dimension order by label
"""
_BUILT_IN = {
    "title": "Title", "description": "Description", "level": "Level", "parent": "Parent", "area": "Product",
    "phase": "Phase", "owner": "Owner", "team": "Team", "start": "Start", "end": "End", "effort": "Effort",
    "benefit": "Benefit", "progress": "Progress", "health": "Health", "health_note": "Health note",
    "horizon": "Horizon", "release": "Release", "tags": "Tags", "key": "Key (tells rows apart)",
    "id": "Other name (parents are called by)", "url": "Web address",
}  # fmt: skip


def list_targets() -> list[dict[str, str]]:
    """What a column may fill, the workspace's own fields and dimensions last. In the open transaction."""
    own = select(_TARGETS, [])
    return [{"name": name, "label": label, "type": ""} for name, label in _BUILT_IN.items()] + own


def last_change(actor: Actor) -> int:
    """The number of the workspace's last change; 0 when there is none. It tells whether anything happened since."""
    rows = select(
        "select seq from ledger_change where workspace_id = %s order by seq desc limit 1", [actor.workspace_id]
    )
    return int(rows[0]["seq"]) if rows else 0
