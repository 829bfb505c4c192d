"""Endpoints of the rules of a workspace: formulas, layouts, freshness, health. Shape and status only."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from trimtab.core.edge import REFUSALS, actor_of
from trimtab.roadmap import schemas_rules as schemas
from trimtab.roadmap.services import formulas

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
