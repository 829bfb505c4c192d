"""Fields that are computed: from others of the same record by a formula, or from what lies below it by a roll-up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from trimtab.core.fields import formula
from trimtab.core.fields.formula import FormulaProblem, Leaf
from trimtab.core.fields.formula.nodes import Kind, Node, Typed, size_of, walk
from trimtab.core.fields.formula.units import Unit
from trimtab.core.fields.rolled import rolled_field
from trimtab.core.fields.spec import FieldKind, FieldSpec, Join, Key

BENEFIT: Final = "@benefit"
"""The unit of what is measured in the workspace's own unit of benefit."""

_MOST_PIECES: Final = 600
_KINDS: Final = {
    Kind.NUMBER: FieldKind.NUMBER,
    Kind.TEXT: FieldKind.TEXT,
    Kind.DATE: FieldKind.DATE,
    Kind.BOOL: FieldKind.BOOL,
}
_PRECISIONS: Final = "array['day', 'month', 'quarter', 'half', 'year']"


class Derived:
    """The computed fields of one kind of record, each built once, whatever order they name each other in."""

    def __init__(
        self, rows: list[dict[str, Any]], known: Mapping[str, FieldSpec], stated: Mapping[str, FieldSpec]
    ) -> None:
        self._rows = {row["key"]: row for row in rows}
        self._known = known
        self._stated = stated
        self._by_label = {row["name"].lower(): row["key"] for row in reversed(rows)}
        self._built: dict[str, FieldSpec] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[str] = []

    def formula(self, key: str) -> FieldSpec:
        """The field of this key; one whose formula is wrong has no values, and says why."""
        if key not in self._built:
            row = self._rows[key]
            try:
                self._built[key] = self._compiled(row)
            except FormulaProblem as wrong:
                self._built[key] = _without_values(row, wrong.message)
        return self._built[key]

    def check(self, key: str) -> FieldSpec:
        """As ``formula``, but what is wrong is raised. Raises FormulaProblem."""
        return self._compiled(self._rows[key])

    def rolled(self, key: str) -> FieldSpec:
        """What the field adds up to over what lies below, under ``<key>.rolled``."""
        name = f"{key}.rolled"
        if name not in self._built:
            self._built[name] = rolled_field(self._rows[key], self._stated[key], self._below)
        return self._built[name]

    def _below(self, name: str) -> FieldSpec | None:
        """The field that is rolled up, and the one that weighs: none that looks below itself."""
        found = self._stated.get(name) or self._known.get(name)
        if found is None and name in self._rows:
            found = self.formula(name)
        return None if found is not None and (found.brings or found.problem) else found

    def _compiled(self, row: dict[str, Any]) -> FieldSpec:
        key = row["key"]
        self._open.append(key)
        try:
            tree = formula.parse(row["formula"])
            leaves: dict[str, Leaf] = {}
            typed = formula.checked(tree, lambda node: self._looked_up(node, leaves))
            self._sizes[key] = self._size(tree, typed)
        finally:
            self._open.pop()
        return _spec(row, typed, leaves)

    def _looked_up(self, node: Node, leaves: dict[str, Leaf]) -> tuple[Kind, Unit]:
        spec = self._named(node)
        if spec.unit == BENEFIT:
            spec = replace(spec, unit=next(iter(self._rows.values()))["benefit"])
        leaf = leaves[node.value] = formula.leaf_of(node, spec)
        return leaf.kind, leaf.unit

    def _named(self, node: Node) -> FieldSpec:
        name = self._meant(node)
        if name in self._rows and name not in self._stated:
            return self._other(node, name)
        if name.endswith(".rolled") and (self._rows.get(name.removesuffix(".rolled")) or {}).get("rolls_up"):
            return self.rolled(name.removesuffix(".rolled"))
        found = self._known.get(name) or self._stated.get(name)
        if found is None:
            raise self._unknown(node)
        return found

    def _meant(self, node: Node) -> str:
        """The field's own name; a label in brackets is as good."""
        name = str(node.value)
        if name in self._known or name in self._rows:
            return name
        lower = name.lower().removeprefix("custom.")
        return lower if lower in self._known or lower in self._rows else self._by_label.get(lower, lower)

    def _other(self, node: Node, key: str) -> FieldSpec:
        if key in self._open:
            ring = " → ".join([*self._open[self._open.index(key) :], key])
            raise node.refuse(f"This would be computed from itself: {ring}. Take {key} out of one of them.")
        found = self.formula(key)
        if found.problem:
            raise node.refuse(f"{key} has no values: {found.problem}")
        return found

    def _unknown(self, node: Node) -> FormulaProblem:
        name = str(node.value)
        names = [*self._known, *self._rows]
        nearest = next((each for each in names if each.startswith(f"{name.lower()}-")), None) or formula.nearest(
            name, names
        )
        hint = f" Did you mean {formula.written(nearest)}?" if nearest else ""
        return node.refuse(
            f"There is no field {name[:60]}: it was deleted, or is named otherwise.{hint}",
            formula.written(nearest) if nearest else None,
        )

    def _size(self, tree: Node, typed: Typed) -> int:
        found = size_of(typed) + sum(self._sizes.get(self._meant(each), 0) for each in walk(tree) if each.op == "name")
        if found > _MOST_PIECES:
            raise tree.refuse(
                f"With the formulas that it names this has {found} pieces; at most {_MOST_PIECES} are computed."
            )
        return found


def _spec(row: dict[str, Any], typed: Typed, leaves: Mapping[str, Leaf]) -> FieldSpec:
    made = formula.compiled(typed, {name: leaf.sql for name, leaf in leaves.items()})
    live = any(leaf.live != leaf.sql for leaf in leaves.values())
    brings: dict[str, Join] = {}
    for leaf in leaves.values():
        brings |= leaf.spec.brings
    exactness = _precision(made.sql, leaves) if made.kind is Kind.DATE else ""
    return FieldSpec(
        row["key"],
        row["name"],
        _KINDS[made.kind],
        made.sql,
        joins=tuple(dict.fromkeys(join for leaf in leaves.values() for join in leaf.spec.joins)),
        live=formula.compiled(typed, {name: leaf.live for name, leaf in leaves.items()}).sql if live else "",
        parts=(exactness,) if exactness else (),
        order=(Key(made.sql, "date"),) if exactness else (),
        brings=brings,
        custom=True,
        confidential=row["confidential"] or any(leaf.spec.confidential for leaf in leaves.values()),
        guards=(row["guard"], *(guard for leaf in leaves.values() for guard in leaf.spec.guards)),
        unit=made.unit,
        formula=row["formula"],
    )


def _precision(sql: str, leaves: Mapping[str, Leaf]) -> str:
    """How exactly a computed day is meant: as coarse as the coarsest that it was computed of."""
    exact = [leaf.spec.parts[0] for leaf in leaves.values() if leaf.kind is Kind.DATE and leaf.spec.parts]
    if not exact:
        return ""
    places = ", ".join(f"array_position({_PRECISIONS}, ({each})::text)" for each in exact)
    return f"(case when {sql} is not null then ({_PRECISIONS})[greatest({places}, 1)] end)"


def _without_values(row: dict[str, Any], why: str) -> FieldSpec:
    return FieldSpec(
        row["key"],
        row["name"],
        FieldKind.NUMBER,
        "null::numeric",
        custom=True,
        confidential=row["confidential"],
        guards=(row["guard"],),
        formula=row["formula"] or "",
        problem=f"{row['name']}: {why}",
    )
