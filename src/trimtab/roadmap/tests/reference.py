"""What children add up to, slowly and in plain Python: shares no line with the database's way of doing it."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

GRAINS = ["day", "month", "quarter", "half", "year"]
GRAVITY = ["on_track", "at_risk", "off_track"]


@dataclass
class Node:
    """An item as it stands: ``own_effort`` is what its estimates say, ``category`` that of its phase."""

    id: object
    parent_id: object
    category: str | None
    start: tuple
    end: tuple
    progress: Decimal | None
    health: str | None
    own_effort: Decimal | None
    children: list = field(default_factory=list)


def tree(nodes):
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        if node.parent_id is not None:
            by_id[node.parent_id].children.append(node)
    return nodes


def rolled(node):
    """The row that the node's roll-up must be, or None where there is nothing to add up."""
    if not node.children and node.own_effort is None:
        return None
    counted = [(child, rolled(child)) for child in node.children if child.category != "cancelled"]
    efforts = [_effort(*pair) for pair in counted]
    starts, ends = [_edge("start", *pair) for pair in counted], [_edge("end", *pair) for pair in counted]
    return {
        "children": len(node.children),
        "effort": _sum(efforts),
        "start": _first(starts),
        "end": _last(ends),
        "progress": _progress(counted, efforts),
        "health": _worst([_health(*pair) for pair in counted if pair[0].category != "done"]),
        "missing_effort": sum(
            _missing(child.own_effort is not None, effort, below, "missing_effort")
            for (child, below), effort in _zip(counted, efforts)
        ),
        "missing_dates": sum(
            0 if c.start[1] and c.end[1] else max(r["missing_dates"] if r else 0, int(not (s[1] and e[1])))
            for ((c, r), s), e in zip(_zip(counted, starts), ends, strict=True)
        ),
        "missing_health": sum(
            _missing(c.health not in {None, "unknown"}, _health(c, r), r, "missing_health")
            for c, r in counted
            if c.category != "done"
        ),
        "own_effort": node.own_effort,
    }  # fmt: skip


def _zip(left, right):
    return zip(left, right, strict=True)


def _missing(stated, value, below, name):
    if stated:
        return 0
    return max(below[name] if below else 0, int(value is None))


def _effort(child, below):
    return child.own_effort if child.own_effort is not None else (below or {}).get("effort")


def _edge(name, child, below):
    own = getattr(child, name)
    return own if own[1] is not None else (below or {}).get(name, (None, None))


def _health(child, below):
    return child.health if child.health not in {None, "unknown"} else (below or {}).get("health")


def _sum(values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _first(edges):
    dated = [edge for edge in edges if edge[0] is not None]
    if dated:
        return min(day for day, _ in dated), max((p for _, p in dated), key=GRAINS.index)
    return (None, "later") if any(p == "later" for _, p in edges) else (None, None)


def _last(edges):
    if any(p == "later" for _, p in edges):
        return None, "later"
    dated = [edge for edge in edges if edge[0] is not None]
    if not dated:
        return None, None
    return max(day for day, _ in dated), max((p for _, p in dated), key=GRAINS.index)


def _percent(child, below):
    if child.progress is not None:
        return child.progress
    if child.category == "done":
        return Decimal(100)
    if below and below["progress"] is not None:
        return below["progress"]
    return Decimal(0) if child.category in {"todo", "doing"} else None


def _progress(counted, efforts):
    known = [(p, e) for (c, r), e in _zip(counted, efforts) if (p := _percent(c, r)) is not None]
    if not known:
        return None
    total = sum(e for _, e in known if e is not None)
    if all(e is not None for _, e in known) and total > 0:
        exact = sum(p * e for p, e in known) / Decimal(total)
    else:
        exact = sum(p for p, _ in known) / Decimal(len(known))
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _worst(healths):
    known = [GRAVITY.index(health) for health in healths if health is not None]
    return GRAVITY[max(known)] if known else None
