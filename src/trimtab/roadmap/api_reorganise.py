"""Endpoints of reorganising: split a team, merge, move; what it touches before, undo after."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import schemas_reorganise as schemas
from trimtab.roadmap.services import reorganise as services
from trimtab.roadmap.services.reorganise import Change, Merge, Move, Reorganised, Split, Target

router = Router(tags=["organisation"])


def _change(body: schemas.ReorganiseIn) -> Change:
    given = body.change
    if isinstance(given, schemas.SplitIn):
        targets = [Target(each.id, each.name) for each in given.targets]
        return Split(given.team_id, targets, given.rest, given.assigned)
    if isinstance(given, schemas.MergeIn):
        return Merge(given.kind, given.ids, given.into)
    return Move(given.kind, given.id, given.parent_id)


@router.post("/reorganise/preview", response={200: list[schemas.TouchedKindOut]} | REFUSALS,
             operation_id="previewReorganisation")  # fmt: skip
def preview_reorganisation(request: HttpRequest, body: schemas.ReorganiseIn) -> list[dict[str, Any]]:
    """What would go where, by kind, without doing anything."""
    return [
        {
            "key": each.key,
            "label": each.label,
            "counts": [{"target": target, "count": count} for target, count in sorted(each.counts.items())],
            "records": each.records,
        }
        for each in services.preview(actor_of(request), _change(body))
    ]


@router.post("/reorganise", response={200: schemas.ReorganisedOut} | REFUSALS, operation_id="reorganise")
def reorganise(request: HttpRequest, body: schemas.ReorganiseIn) -> Reorganised:
    """Do it in one batch. Answers 409 `team_cycle` or `conflict` for what would lie below itself."""
    return services.reorganise(actor=actor_of(request), clock=clock_of(request), change=_change(body), on=body.on)
