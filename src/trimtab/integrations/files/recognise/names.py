"""The columns of a table, by all the ways to write what a recipe calls them."""

import difflib

from trimtab.integrations.files.reading import Header
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.words import folded

_NEAR = 0.88


class Names:
    """The columns of a table by every way to write their names."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._folded: dict[str, str] = {}
        for name in header.names:
            self._folded.setdefault(folded(name), name)

    def find(self, recipe: Recipe, name: str) -> str | None:
        """What the table calls a column of the recipe; None when it has none."""
        for called in recipe.called(name):
            if self._header.positions(called):
                return called
            if (alike := self._folded.get(folded(called))) is not None:
                return alike
        return self._near(name)

    def _near(self, name: str) -> str | None:
        """A column whose name is a slip of this one."""
        if len(name) < 5:
            return None
        found = difflib.get_close_matches(folded(name), self._folded, n=1, cutoff=_NEAR)
        return self._folded[found[0]] if found else None


def mentioned(recipe: Recipe) -> list[str]:
    """Every column that the recipe reads from the items' files."""
    items = recipe.items
    names = [*items.keys, items.id, items.url, items.tracker, recipe.history.born if recipe.history else ""]
    names += [name for rule in items.fields for name in rule.columns]
    names += [name for link in items.links for name in link.columns]
    names += [name for pair in recipe.accounts for name in pair]
    names += [rule.column for rule in items.skip] + [rule.column for rule in recipe.records]
    return [name for name in dict.fromkeys(names) if name]
