"""What the columns of a session's files mean: recognised, shown on ten rows, corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.integrations import queries
from trimtab.integrations.errors import NotReady
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.files.reading import Reading, open_table
from trimtab.integrations.files.recognise import Proposal, known_fields, propose
from trimtab.integrations.files.recognise.describe import targets_of
from trimtab.integrations.files.remap import Remapping, remap
from trimtab.integrations.models import ImportSession
from trimtab.integrations.services import sessions
from trimtab.integrations.services.uploads import folder_of
from trimtab.settings import ImportSettings

CELL = 200
"""Characters of a cell that are shown."""


def propose_mapping(
    *,
    actor: Actor,
    clock: Clock,
    settings: ImportSettings,
    session_id: UUID,
    readings: Mapping[str, Reading],
    layout: str | None = None,
) -> ImportSession:
    """Recognise the files, and settle the recipe that imports them as they are.

    ``readings`` says of single files what was recognised wrongly. ``layout`` names the recipe that comes along to go
    by; "": by none. Raises NotFound, Forbidden, NotReady, BadFile, BadRecipe.
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id, lock=True)
        files = sessions.require_files(session)
        folder = folder_of(settings, session)
        tables = [open_table(folder / file.name, readings.get(file.name)) for file in files]
        known = known_fields(queries.list_known(""))
        proposal = propose(tables, known, layout)
        sessions.forget_check(
            clock,
            session,
            proposal=as_json(proposal),
            recipe=proposal.recipe.text,
            recipe_name=proposal.recipe.name[:200],
        )
        return session


def propose_for(actor: Actor, files: Sequence[Path]) -> Proposal:
    """How to import files of this machine together. Raises Forbidden, BadFile, BadRecipe."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        known = known_fields(queries.list_known(""))
    return propose([open_table(path) for path in files], known)


def change_mapping(*, actor: Actor, clock: Clock, session_id: UUID, change: Remapping) -> ImportSession:
    """Correct what columns mean. Raises NotFound, Forbidden, NotReady, BadRecipe."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id, lock=True)
        if not session.recipe:
            raise NotReady("Have the files recognised first.")
        text = remap(session.recipe, change)
    return sessions.set_recipe(actor=actor, clock=clock, session_id=session_id, text=text)


def get_mapping(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """The files as they were recognised, with what the recipe in force does with each column.

    Raises NotFound, Forbidden, NotReady (nothing was recognised yet).
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id)
        if session.proposal is None or not session.recipe:
            raise NotReady("Have the files recognised first.")
        recipe = recipes.loads(session.recipe)
        files = [_with_targets(file, recipe) for file in session.proposal["files"]]
        return {
            **session.proposal,
            "files": files,
            "name": recipe.name,
            "source": recipe.source,
            "level": recipe.level,
            "targets": queries.list_targets(),
        }


def _with_targets(file: dict[str, Any], recipe: recipes.Recipe) -> dict[str, Any]:
    if file["part"] != "items":
        return file
    found = targets_of([column["name"] for column in file["columns"]], recipe)
    columns = []
    for column in file["columns"]:
        targets = list(found.get(column["name"], ()))
        changed = targets != column["targets"]
        told = {"sure": 1.0, "why": "it was chosen"} if changed else {}
        columns.append({**column, "targets": targets, **told})
    return {**file, "columns": columns}


def as_json(proposal: Proposal) -> dict[str, Any]:
    """A proposal to be kept and shown."""
    return {
        "layout": asdict(proposal.layout),
        "layouts": [asdict(one) for one in proposal.layouts],
        "problems": list(proposal.problems),
        "files": [
            {
                "name": file.name,
                "part": file.part,
                "count": file.count,
                "cut": file.cut,
                "sheets": list(file.sheets),
                "reading": asdict(file.reading),
                "sure": {name: asdict(one) for name, one in file.sure.items()},
                "columns": [
                    {**asdict(column), "targets": list(column.targets), "samples": [s[:CELL] for s in column.samples]}
                    for column in file.columns
                ],
                "rows": [
                    {"number": row.number, "problem": row.problem, "cells": [str(cell)[:CELL] for cell in row.cells]}
                    for row in file.rows
                ],
            }
            for file in proposal.files
        ],
    }
