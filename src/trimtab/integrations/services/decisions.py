"""What a person says of rows that may be items that are here already. Remembered for every later import."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from trimtab.core.errors import Conflict, NotFound
from trimtab.core.ids import new_id
from trimtab.integrations import queries
from trimtab.integrations.files import plan, staging
from trimtab.integrations.files.stage import known_row, left_out
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.models import Choice, ImportDecision, StagedAction, StagedPart
from trimtab.integrations.queries import Ambiguous
from trimtab.integrations.services.run import Run

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Pick:
    """What a row is; ``record_id`` names the item that it matches, and goes with ``match`` alone."""

    choice: Choice
    record_id: UUID | None = None


Decide = Callable[[Sequence[Ambiguous]], Mapping[int, Pick]]
"""Is shown the ambiguous rows and says what they are, by row; a row that it leaves out stays undecided."""


def all_alike(choice: Choice) -> Decide:
    """One word for every row. ``match`` leaves those open that fit several items, or one that another row took."""

    def decide(rows: Sequence[Ambiguous]) -> Mapping[int, Pick]:
        if choice is not Choice.MATCH:
            return {row.row: Pick(choice) for row in rows}
        picks: dict[int, Pick] = {}
        taken: set[UUID] = set()
        for row in rows:
            if len(row.candidates) == 1 and row.candidates[0].id not in taken:
                taken.add(row.candidates[0].id)
                picks[row.row] = Pick(choice, row.candidates[0].id)
        return picks

    return decide


def settle(run: Run, picks: Mapping[int, Pick]) -> int:
    """Keep the decisions and let the staged rows follow them; gives how many. In the open transaction.

    A row that was decided before may be decided anew. ``Run.look_over`` has to follow, without asking.
    Raises NotFound (no such row was asked about, or no such item), Conflict (two rows for one item).
    """
    numbers = list(picks)
    for start in range(0, len(numbers), CHUNK):
        _settle(run, {number: picks[number] for number in numbers[start : start + CHUNK]})
    return len(numbers)


def _settle(run: Run, picks: Mapping[int, Pick]) -> None:
    rows = {row["row"]: row for row in queries.list_asked(run.operation_id, picks)}
    if missing := set(picks) - set(rows):
        raise NotFound(f"Row {min(missing)} is not waiting for a decision.", rows=sorted(missing)[:20])
    chosen = [pick.record_id for pick in picks.values() if pick.record_id]
    currents = queries.get_items(chosen, run.recipe.source)
    _refuse_doubles(run, picks, chosen, currents)
    for number, pick in picks.items():
        staging.rewrite(rows[number]["id"], _row(run, rows[number], pick, currents))
    ImportDecision.objects.bulk_create(
        [
            ImportDecision(
                workspace_id=run.actor.workspace_id,
                source=run.recipe.source,
                key=rows[number]["key"],
                choice=pick.choice,
                record_id=pick.record_id,
                actor_name=run.actor.name,
            )
            for number, pick in picks.items()
        ],
        update_conflicts=True,
        unique_fields=["workspace_id", "source", "key"],
        update_fields=["choice", "record_id", "actor_name"],
    )


def _refuse_doubles(
    run: Run, picks: Mapping[int, Pick], chosen: Sequence[UUID], currents: Mapping[UUID, plan.Current]
) -> None:
    if gone := [one for one in chosen if one not in currents]:
        raise NotFound("The item that a row is to match is not there any more.", ids=[str(one) for one in gone])
    taken = queries.list_taken(run.operation_id, chosen, but=list(picks))
    doubled = next((one for one in chosen if chosen.count(one) > 1), None)
    if taken or doubled:
        item = currents[doubled or taken[0]].item
        raise Conflict(f"Two rows cannot both be “{item['title']}”: choose it for one of them.")


def _row(run: Run, row: Mapping[str, Any], pick: Pick, currents: Mapping[UUID, plan.Current]) -> Staged:
    """The staged row as the decision has it. What was asked stays with it, so that it can be decided anew."""
    asked = row["data"]["asked"]
    content = asked.get("content") or {name: value for name, value in row["data"].items() if name != "asked"}
    parent = asked["parent"] if "parent" in asked else row["parent_key"]
    review = asked["review"] if "review" in asked else row["review"]
    kept = {"asked": {**asked, "content": content, "parent": parent, "review": review}}
    if pick.choice is Choice.MATCH:
        assert pick.record_id is not None
        draft = plan.draft_of(row["row"], content, review)
        draft.key, draft.url, draft.tracker = row["key"], content["url"], content.get("tracker", "")
        matched = known_row(
            draft, currents[pick.record_id], run.rules(), parent, named=False, tracked=not draft.tracker
        )
        return matched.with_data({**matched.data, **kept})
    return Staged(
        StagedPart.ITEMS,
        row["row"],
        key=row["key"],
        action=StagedAction.CREATE if pick.choice is Choice.NEW else StagedAction.REJECT,
        record_id=new_id(),
        parent_key=parent,
        data={**content, **kept, "decided": True},
        review=review,
        problem="" if pick.choice is Choice.NEW else left_out(run.actor.name),
    )
