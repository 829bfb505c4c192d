"""For every route of imports: who may call it, and a call that succeeds for them."""

from itertools import count
from typing import Any

from tests.walk_plans import EDIT, Make, Plan, Request, World, _at, _named, _one, _read
from trimtab.integrations.tests.wizard import RECIPE, Wizard

PLAN_RECIPE = RECIPE.format(source="plan", more="")
_numbers = count(1)


def _import(world: World, step: str = "") -> dict[str, Any]:
    """An import of the admin's as far as ``step``: with a file, recognised, tried, applied."""
    steps = ("files", "mapping", "checked", "applied")
    wizard = Wizard.begin(world.actor)
    reached = steps[: steps.index(step) + 1] if step else ()
    for one in reached:
        if one == "files":
            wizard.send("items.csv", f"key,title,benefit,status\n{next(_numbers)},{world.name()},1,Open\n")
        elif one == "mapping":
            wizard("post", "/mapping", {}, 200)
        else:
            _ = wizard.check() if one == "checked" else wizard.apply()
    return wizard("get", status=200)  # type: ignore[no-any-return]


def _imported(step: str, end: str = "", body: Any = None) -> Make:
    return lambda world: Request(f"/imports/{_import(world, step)['id']}{end}", body)


def _import_file(end: str = "") -> Make:
    def request(world: World) -> Request:
        made = _import(world, "files")
        return Request(f"/imports/{made['id']}/files/{made['files'][0]['id']}{end}", "")

    return request


def _decisions(world: World) -> Request:
    title = world.item()["title"]
    wizard = Wizard.begin(world.actor)
    wizard.send("items.csv", f"key,title\n{next(_numbers)},{title}\n")
    wizard("post", "/mapping", {}, 200)
    wizard.check()
    return Request(f"/imports/{wizard.id}/decisions", {"all": "new"})


def _saved_recipe(world: World) -> dict[str, Any]:
    made = world.admin("post", "/import-recipes", {"name": world.name(), "text": PLAN_RECIPE})
    assert made.status_code == 201, made.content
    listed = world.admin("get", "/import-recipes").json()
    return next(one for one in listed if one["name"] == made.json()["name"])


IMPORTS: dict[str, Plan] = {
    "listImports": _read(_at("/imports")),
    "createImport": Plan(EDIT, _at("/imports"), 201, named=False),
    "getImport": _read(_imported(""), named=True),
    "discardImport": Plan(EDIT, _imported("files"), 204),
    "addImportFile": Plan(EDIT, _imported("", "/files", {"name": "a.csv", "size": 5}), 201),
    "sendImportPiece": Plan(EDIT, _import_file("?offset=0")),
    "removeImportFile": Plan(EDIT, _import_file(), 204),
    "proposeImportMapping": Plan(EDIT, _imported("files", "/mapping", {})),
    "getImportMapping": Plan(EDIT, _imported("mapping", "/mapping")),
    "changeImportMapping": Plan(EDIT, _imported("mapping", "/mapping", {"source": "other"})),
    "setImportRecipe": Plan(EDIT, _imported("files", "/recipe", {"text": PLAN_RECIPE})),
    "setImportConflicts": Plan(EDIT, _imported("files", "/conflicts", {"conflicts": "here"})),
    "checkImport": Plan(EDIT, _imported("mapping", "/check"), 202),
    "listImportRows": Plan(EDIT, _imported("checked", "/rows?which=create")),
    "decideImportRows": Plan(EDIT, _decisions),
    "applyImport": Plan(EDIT, _imported("checked", "/apply"), 202),
    "compareImport": Plan(EDIT, _imported("applied", "/compare"), 202),
    "getImportReconciliation": _read(_imported("applied", "/reconciliation"), named=True),
    "listImportRecipes": _read(_at("/import-recipes")),
    "saveImportRecipe": Plan(EDIT, _named("/import-recipes", text=PLAN_RECIPE), 201, named=False),
    "getImportRecipe": _read(_at("/import-recipes/text?name=jira-csv")),
    "deleteImportRecipe": Plan(EDIT, _one("/import-recipes", _saved_recipe), 204),
}
