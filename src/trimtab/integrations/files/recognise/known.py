"""What a proposal has to know of a workspace. No database: the caller hands over what it reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trimtab.integrations.files.refs import Known
from trimtab.integrations.files.words import folded


@dataclass(frozen=True, slots=True)
class KnownLevel:
    key: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class KnownField:
    """A custom field or dimension that is here already; ``type`` is blank for a dimension."""

    key: str
    name: str
    type: str = ""


_DEFAULT_LEVELS = (
    KnownLevel("work_item", "Work item", 0),
    KnownLevel("feature", "Feature", 1),
    KnownLevel("initiative", "Initiative", 2),
    KnownLevel("bet", "Bet", 3),
)


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The workspace's fields. ``names``: kind (person, team, area, release, phase) → folded names that carry it.
    ``phases``: folded name → category.
    """

    levels: tuple[KnownLevel, ...] = _DEFAULT_LEVELS
    customs: tuple[KnownField, ...] = ()
    dimensions: tuple[KnownField, ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phases: Mapping[str, str] = field(default_factory=dict)

    def level(self, usual: str) -> str:
        """The key of the level that stands where ``usual`` stands by default; else the nearest below."""
        own = {level.key: level.key for level in self.levels}
        if usual in own:
            return usual
        rank = next((level.rank for level in _DEFAULT_LEVELS if level.key == usual), 0)
        ordered = sorted(self.levels, key=lambda level: level.rank)
        below = [level for level in ordered if level.rank <= rank]
        return (below[-1] if below else ordered[0]).key if ordered else usual

    def custom(self, key: str, name: str) -> KnownField | None:
        """The custom field of this key or name."""
        return _named(self.customs, key, name)

    def dimension(self, key: str, name: str) -> KnownField | None:
        """The dimension of this key or name."""
        return _named(self.dimensions, key, name)


def _named(fields: Iterable[KnownField], key: str, name: str) -> KnownField | None:
    return next((one for one in fields if one.key == key or folded(one.name) == folded(name)), None)


def known_fields(known: Iterable[Known]) -> KnownFields:
    """From the workspace's configuration, as ``queries.list_known`` gives it."""
    levels: list[KnownLevel] = []
    customs: list[KnownField] = []
    dimensions: list[KnownField] = []
    names: dict[str, set[str]] = {}
    phases: dict[str, str] = {}
    for one in known:
        if one.kind == "level":
            levels.append(KnownLevel(one.key, one.name, int(one.data.get("rank", 0))))
        elif one.kind == "custom_field":
            customs.append(KnownField(one.key, one.name, str(one.data.get("type", "text"))))
        elif one.kind == "dimension":
            dimensions.append(KnownField(one.key, one.name))
        else:
            if one.kind == "phase":
                phases[folded(one.name)] = str(one.data.get("category", ""))
            names.setdefault(one.kind, set()).update(folded(name) for name in (one.key, one.name) if name.strip())
    return KnownFields(
        tuple(levels) or _DEFAULT_LEVELS,
        tuple(customs),
        tuple(dimensions),
        {kind: frozenset(found) for kind, found in names.items()},
        phases,
    )
