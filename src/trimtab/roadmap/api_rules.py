"""Endpoints of the rules of a workspace: formulas, layouts, freshness, health. Shape and status only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.roadmap import schemas_rules as schemas
from trimtab.roadmap.services import formulas, freshness
from trimtab.roadmap.services.item_rules import ItemRules, get_item_rules

router = Router(tags=["rules"])


@router.post("/formulas/check", response={200: schemas.FormulaOut} | REFUSALS, operation_id="checkFormula")
def check_formula(request: HttpRequest, body: schemas.FormulaIn) -> dict[str, Any]:
    """What a formula gives, or what is wrong with it, where, and how to mend it. Nothing is kept."""
    found = formulas.check_formula(actor_of(request), body.formula, body.key)
    return {
        "type": found.type,
        "unit": found.unit,
        "fields": list(found.fields),
        "problems": [problem.as_json() for problem in found.problems],
    }


@router.post("/formulas/complete", response={200: schemas.FormulaCompleteOut} | REFUSALS,
             operation_id="completeFormula")  # fmt: skip
def complete_formula(request: HttpRequest, body: schemas.FormulaCompleteIn) -> dict[str, Any]:
    """The fields and functions that may stand at the cursor."""
    start, items = formulas.complete_formula(actor_of(request), body.text, body.cursor)
    return {"start": start, "to": min(body.cursor, len(body.text)), "items": items}


@router.get("/formulas/functions", response={200: list[schemas.FunctionOut]} | REFUSALS, operation_id="listFunctions")
def list_functions(request: HttpRequest) -> list[dict[str, str]]:
    """What a formula may call."""
    actor_of(request)
    return formulas.functions()


@router.get("/items/{item_id}/rules", response={200: schemas.ItemRulesOut} | REFUSALS, operation_id="getItemRules")
def item_rules(request: HttpRequest, item_id: UUID) -> ItemRules:
    """An item as the rules see it: its layout, what it lacks, what is stale, its health with the reasons, its horizon,
    and its computed fields. Live, or as it was."""
    return get_item_rules(actor_of(request), clock_of(request), item_id)


@router.post("/items/{item_id}/confirm", response={200: schemas.ItemRulesOut} | REFUSALS,
             operation_id="confirmItemFields")  # fmt: skip
def confirm_fields(request: HttpRequest, item_id: UUID, body: schemas.ConfirmIn) -> ItemRules:
    """Say that fields are still true: they are stale no more, and a stated health holds anew."""
    actor, clock = actor_of(request), clock_of(request)
    freshness.confirm_fields(actor=actor, clock=clock, item_id=item_id, fields=body.fields)
    return get_item_rules(actor, clock, item_id)
