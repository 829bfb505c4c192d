"""The past by today's teams and areas: what the team or the area of a record became since."""

import re
from typing import Final
from uuid import UUID

from trimtab.core import organisation
from trimtab.core.actors import Lens
from trimtab.core.fields.spec import FieldKind, Source
from trimtab.core.query.database import fetch
from trimtab.core.query.lens import AS_OF, parameters

_LONGEST_CHAIN: Final = 32
_SLOT: Final = re.compile(r"\{r\}\.(\w+)")
_COLUMN: Final = re.compile(r"\{r\}\.(\w+)\Z")
_GONE: Final = "select entity, array_agg(distinct old_id) from scoped.succession where at > %(as_of)s group by 1"
# One step after the other: what was written down of this record alone comes before what holds for all.
_BECAME: Final = (
    "(case when {column} = any(%(became_{kind})s::uuid[]) then (with recursive became(id, at, n) as ("
    "select {column}, {as_of}, 0 union all"
    " select s.new_id, s.at, b.n + 1 from became b join lateral ("
    "select q.new_id, q.at from scoped.succession q where q.entity = '{kind}' and q.old_id = b.id and q.at >= b.at"
    " and (b.n > 0 or q.at > {as_of}) and (q.record_id is null or q.record_id = {row}.id)"
    " order by q.at, q.record_id nulls last limit 1) s on b.n < {longest}"
    ") select id from became order by n desc limit 1) else {column} end)"
)


def reorganised(lens: Lens) -> dict[str, list[UUID]]:
    """Parameters: of each kind those that became others after the instant that ``lens`` looks at."""
    found = dict(fetch(_GONE, parameters(lens)))
    return {f"became_{kind}": found.get(kind, []) for kind in organisation.KINDS}


def organised(template: str, source: Source) -> str:
    """``template`` with what a team or an area became in the place of its column."""
    if source.entity in organisation.KINDS:
        return template
    became = {column: _became(column, kind) for column, kind in _columns(source).items()}
    return _SLOT.sub(lambda found: became.get(found[1], found[0]), template) if became else template


def _became(column: str, kind: str) -> str:
    return _BECAME.format(column=f"{{r}}.{column}", kind=kind, as_of=AS_OF, row="{r}", longest=_LONGEST_CHAIN)


def _columns(source: Source) -> dict[str, str]:
    """The columns of a source that hold a team or an area."""
    return {
        found[1]: spec.entity
        for spec in source.fields.values()
        if spec.kind is FieldKind.REF and spec.entity in organisation.KINDS and (found := _COLUMN.match(spec.sql))
    }
