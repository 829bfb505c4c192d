"""Endpoints of the imports. Shape and status only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from trimtab.core.edge import REFUSALS, actor_of, clock_of
from trimtab.core.models import Operation
from trimtab.integrations import schemas, sessions_view
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.files.reading import Reading
from trimtab.integrations.files.remap import ColumnChange, NewField, Remapping
from trimtab.integrations.models import Choice, Conflicts, ImportFile, SavedRecipe
from trimtab.integrations.services import library, mapping, picking, retention, sessions, uploads
from trimtab.integrations.services.decisions import Pick
from trimtab.settings import CURRENT

router = Router(tags=["imports"])
IMPORT = {200: schemas.ImportOut} | REFUSALS
PAGE = 50


@router.get("/imports", response={200: list[schemas.ImportSummary]} | REFUSALS, operation_id="listImports")
def list_imports(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest hundred."""
    return sessions_view.list_sessions(actor_of(request))


@router.post("/imports", response={201: schemas.ImportOut} | REFUSALS, operation_id="createImport")
def create_import(request: HttpRequest) -> Status[Any]:
    """An import without files yet."""
    actor = actor_of(request)
    session = sessions.create_session(actor=actor, clock=clock_of(request))
    return Status(201, sessions_view.get_session(actor, session.id))


@router.get("/imports/{import_id}", response=IMPORT, operation_id="getImport")
def get_import(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """An import with its files and steps; a step that runs says how far it is."""
    return sessions_view.get_session(actor_of(request), import_id)


@router.delete("/imports/{import_id}", response={204: None} | REFUSALS, operation_id="discardImport")
def discard_import(request: HttpRequest, import_id: UUID) -> Status[None]:
    """Let go of its files. What it has written stays; to take that back, undo it."""
    retention.discard_session(
        actor=actor_of(request), clock=clock_of(request), settings=CURRENT.imports, session_id=import_id
    )
    return Status(204, None)


@router.post("/imports/{import_id}/files", response={201: schemas.FileOut} | REFUSALS, operation_id="addImportFile")
def add_file(request: HttpRequest, import_id: UUID, body: schemas.FileIn) -> Status[ImportFile]:
    """Announce a file; its bytes follow in pieces of a megabyte. Answers 413 for one that is larger than allowed."""
    file = uploads.announce_file(
        actor=actor_of(request),
        clock=clock_of(request),
        settings=CURRENT.imports,
        session_id=import_id,
        name=body.name,
        size=body.size,
    )
    return Status(201, file)


@router.put(
    "/imports/{import_id}/files/{file_id}",
    response={200: schemas.FileOut} | REFUSALS,
    operation_id="sendImportPiece",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def send_piece(request: HttpRequest, import_id: UUID, file_id: UUID, offset: int = Query(ge=0)) -> ImportFile:  # type: ignore[type-arg]
    """Bytes of the file from ``offset`` on. Answers 409 with ``extra.received`` where a piece before is missing."""
    return uploads.receive_piece(
        actor=actor_of(request),
        settings=CURRENT.imports,
        session_id=import_id,
        file_id=file_id,
        offset=offset,
        piece=request.body,
    )


@router.delete("/imports/{import_id}/files/{file_id}", response={204: None} | REFUSALS, operation_id="removeImportFile")
def remove_file(request: HttpRequest, import_id: UUID, file_id: UUID) -> Status[None]:
    """Take a file out of the import."""
    uploads.remove_file(
        actor=actor_of(request),
        clock=clock_of(request),
        settings=CURRENT.imports,
        session_id=import_id,
        file_id=file_id,
    )
    return Status(204, None)


@router.put("/imports/{import_id}/recipe", response=IMPORT, operation_id="setImportRecipe")
def set_recipe(request: HttpRequest, import_id: UUID, body: schemas.RecipeIn) -> dict[str, Any]:
    """Say what the columns mean by a recipe. Answers 400 `bad_recipe` with the line."""
    actor = actor_of(request)
    sessions.set_recipe(actor=actor, clock=clock_of(request), session_id=import_id, text=body.text, name=body.name)
    return sessions_view.get_session(actor, import_id)


@router.post("/imports/{import_id}/mapping", response={200: schemas.MappingOut} | REFUSALS,
             operation_id="proposeImportMapping")  # fmt: skip
def propose_mapping(request: HttpRequest, import_id: UUID, body: schemas.ProposeIn) -> dict[str, Any]:
    """Have the files recognised; the recipe that comes of it is settled, and may be corrected."""
    actor = actor_of(request)
    readings = {one.file: Reading(**one.model_dump(exclude={"file"})) for one in body.readings}
    mapping.propose_mapping(
        actor=actor,
        clock=clock_of(request),
        settings=CURRENT.imports,
        session_id=import_id,
        readings=readings,
        layout=body.layout,
    )
    return mapping.get_mapping(actor, import_id)


@router.get("/imports/{import_id}/mapping", response={200: schemas.MappingOut} | REFUSALS,
            operation_id="getImportMapping")  # fmt: skip
def get_mapping(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """How the files are read, what each column fills, and the first ten rows. Answers 409 `not_ready` before that."""
    return mapping.get_mapping(actor_of(request), import_id)


@router.patch("/imports/{import_id}/mapping", response={200: schemas.MappingOut} | REFUSALS,
              operation_id="changeImportMapping")  # fmt: skip
def change_mapping(request: HttpRequest, import_id: UUID, body: schemas.MappingIn) -> dict[str, Any]:
    """Correct what columns fill, the name space of the keys, the usual level. Answers 400 `bad_recipe`."""
    actor = actor_of(request)
    columns = [
        ColumnChange(one.column, one.target, NewField(**one.new.model_dump()) if one.new else None)
        for one in body.columns
    ]
    change = Remapping(columns, body.source, body.name, body.level)
    mapping.change_mapping(actor=actor, clock=clock_of(request), session_id=import_id, change=change)
    return mapping.get_mapping(actor, import_id)


@router.put("/imports/{import_id}/conflicts", response=IMPORT, operation_id="setImportConflicts")
def set_conflicts(request: HttpRequest, import_id: UUID, body: schemas.ConflictsIn) -> dict[str, Any]:
    """Whose value counts where both sides changed a field."""
    actor = actor_of(request)
    sessions.set_conflicts(
        actor=actor, clock=clock_of(request), session_id=import_id, conflicts=Conflicts(body.conflicts)
    )
    return sessions_view.get_session(actor, import_id)


@router.post("/imports/{import_id}/check", response={202: schemas.RunOut} | REFUSALS, operation_id="checkImport")
def check_import(request: HttpRequest, import_id: UUID) -> Status[Operation]:
    """Try it: read and check everything, write nothing. Goes on in the background."""
    return Status(202, sessions.start_check(actor=actor_of(request), clock=clock_of(request), session_id=import_id))


@router.get("/imports/{import_id}/rows", response={200: schemas.RowsOut} | REFUSALS, operation_id="listImportRows")
def list_rows(request: HttpRequest, import_id: UUID, page: Query[schemas.RowsPage]) -> dict[str, Any]:
    """What a list of the try holds, page by page; ``differ`` is that of the comparison, which ``field`` narrows."""
    rows, following = sessions_view.list_rows(
        actor_of(request), import_id, page.which, after=page.after, limit=page.limit, field=page.field
    )
    return {"rows": rows, "next": following}


@router.post("/imports/{import_id}/decisions", response={200: schemas.DecidedOut} | REFUSALS,
             operation_id="decideImportRows")  # fmt: skip
def decide(request: HttpRequest, import_id: UUID, body: schemas.DecisionsIn) -> dict[str, int]:
    """Say what ambiguous rows are; remembered for later imports."""
    settled, waiting = picking.decide(
        actor=actor_of(request),
        clock=clock_of(request),
        settings=CURRENT.imports,
        session_id=import_id,
        picks={one.row: Pick(Choice(one.choice), one.record_id) for one in body.rows},
        all_alike=Choice(body.all) if body.all else None,
    )
    return {"settled": settled, "ambiguous": waiting}


@router.post("/imports/{import_id}/apply", response={202: schemas.RunOut} | REFUSALS, operation_id="applyImport")
def apply_import(request: HttpRequest, import_id: UUID) -> Status[Operation]:
    """Write what was tried: all of it, or nothing. Answers 409 `not_ready` while rows wait for a decision."""
    return Status(202, sessions.start_apply(actor=actor_of(request), clock=clock_of(request), session_id=import_id))


@router.post("/imports/{import_id}/compare", response={202: schemas.RunOut} | REFUSALS, operation_id="compareImport")
def compare_import(request: HttpRequest, import_id: UUID) -> Status[Operation]:
    """Hold the files against what is here now, row by row. Follows every apply by itself."""
    return Status(202, sessions.start_compare(actor=actor_of(request), clock=clock_of(request), session_id=import_id))


@router.get("/imports/{import_id}/reconciliation", response={200: schemas.ReconciliationOut} | REFUSALS,
            operation_id="getImportReconciliation")  # fmt: skip
def get_reconciliation(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """Rows and sums in the file against what is here, as last compared. Answers 409 `not_ready` before that."""
    return sessions_view.get_reconciliation(actor_of(request), import_id)


@router.get(
    "/import-recipes", response={200: list[schemas.SavedRecipeOut]} | REFUSALS, operation_id="listImportRecipes"
)
def list_recipes(request: HttpRequest) -> list[dict[str, Any]]:
    """Those kept here, then those that come along."""
    kept = [
        {"id": one.id, "name": one.name, "label": one.name, "shipped": False, "source": recipes.loads(one.text).source,
         "actor_name": one.actor_name, "updated_at": one.updated_at}
        for one in library.list_recipes(actor_of(request))
    ]  # fmt: skip
    shipped = [
        {"id": None, "name": name, "label": one.layout.label if one.layout else one.name, "shipped": True,
         "source": one.source, "actor_name": "", "updated_at": None}
        for name, one in recipes.packaged().items()
    ]  # fmt: skip
    return kept + shipped


@router.post("/import-recipes", response={201: schemas.SavedRecipeText} | REFUSALS, operation_id="saveImportRecipe")
def save_recipe(request: HttpRequest, body: schemas.SavedRecipeIn) -> Status[SavedRecipe]:
    """Keep a recipe for the next import of its kind."""
    actor, clock = actor_of(request), clock_of(request)
    return Status(201, library.save_recipe(actor=actor, clock=clock, name=body.name, text=body.text))


@router.get("/import-recipes/text", response={200: schemas.SavedRecipeText} | REFUSALS,
            operation_id="getImportRecipe")  # fmt: skip
def get_recipe(request: HttpRequest, name: str = Query(max_length=120)) -> dict[str, str]:  # type: ignore[type-arg]
    """The text of one that is kept here, or that comes along, by its name."""
    return {"name": name, "text": library.read_recipe(actor_of(request), name)}


@router.delete("/import-recipes/{recipe_id}", response={204: None} | REFUSALS, operation_id="deleteImportRecipe")
def delete_recipe(request: HttpRequest, recipe_id: UUID) -> Status[None]:
    """Forget a recipe that somebody kept."""
    library.delete_recipe(actor=actor_of(request), recipe_id=recipe_id)
    return Status(204, None)
