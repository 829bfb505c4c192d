"""The sources that the domains have registered."""

from trimtab.core.errors import NotFound
from trimtab.core.fields.spec import Source

_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a kind of record known. Called once, when a domain's app is ready."""
    _sources[source.entity] = source


def get(entity: str) -> Source:
    """The source of that name. Raises NotFound."""
    found = _sources.get(entity)
    if found is None:
        raise NotFound(f"There is no source {entity!r}.", sources=sorted(_sources))
    return found


def find(entity: str) -> Source | None:
    return _sources.get(entity)


def entities() -> list[str]:
    """The names of all sources, sorted."""
    return sorted(_sources)
