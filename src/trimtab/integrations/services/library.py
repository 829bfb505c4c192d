"""Recipes to choose from: those that come along, and those that somebody here kept."""

from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.errors import NotFound
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.models import SavedRecipe


def save_recipe(*, actor: Actor, clock: Clock, name: str, text: str) -> SavedRecipe:
    """Keep a recipe under a name; one of that name is replaced. Raises Forbidden, BadRecipe."""
    actor.require(Permission.EDIT)
    recipes.loads(text)
    with scope.workspace(actor.workspace_id):
        values = {"text": text, "actor_name": actor.name, "updated_at": clock.now}
        saved, _ = SavedRecipe.objects.update_or_create(
            workspace_id=actor.workspace_id, name=name.strip(), defaults=values
        )
        kept: SavedRecipe = saved
        return kept


def list_recipes(actor: Actor) -> list[SavedRecipe]:
    """Those kept here, by name. Raises Forbidden."""
    actor.require(Permission.VIEW)
    with scope.workspace(actor.workspace_id):
        return list(SavedRecipe.objects.in_workspace(actor.workspace_id).order_by("name"))


def get_recipe(actor: Actor, recipe_id: UUID) -> SavedRecipe:
    """Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    with scope.workspace(actor.workspace_id):
        found: SavedRecipe | None = SavedRecipe.objects.in_workspace(actor.workspace_id).filter(id=recipe_id).first()
        if found is None:
            raise NotFound("There is no such recipe.")
        return found


def delete_recipe(*, actor: Actor, recipe_id: UUID) -> None:
    """Raises NotFound, Forbidden."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        get_recipe(actor, recipe_id).delete()


def read_recipe(actor: Actor, name: str) -> str:
    """The text of a recipe: of one kept here under this name, else of one that comes along. Raises NotFound."""
    actor.require(Permission.VIEW)
    with scope.workspace(actor.workspace_id):
        kept = SavedRecipe.objects.in_workspace(actor.workspace_id).filter(name=name).first()
    if kept is not None:
        return str(kept.text)
    shipped = recipes.packaged().get(name)
    if shipped is None:
        raise NotFound("There is no such recipe.")
    return shipped.text
