"""The query language once more, slowly and in plain Python over ``query_world``: shares no line with the compiler."""

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
TREES = {"area": "area", "team": "team"}
ONE_REFERENCE = {"area", "team", "owner", "release", "phase", "level"}
SEVERAL = {"colour": "colour", "dim.segment": "segment", "c_people": "c_people", "c_person": "c_person", "tags": "tags"}
PROSE = {"title", "health.note"}
DATED = {"start", "end"}
INSTANTS = {"created", "updated"}
LEVELS = ["bet", "initiative", "feature", "work_item"]
PHASES = ["backlog", "ready", "doing", "review", "done", "cancelled"]
HEALTH = ["on_track", "at_risk", "off_track", "unknown"]


def matches(world, item, node):
    if "and" in node:
        return all(matches(world, item, each) for each in _one_search(_flat(node)))
    if "or" in node:
        return any(matches(world, item, each) for each in node["or"])
    if "not" in node:
        return not matches(world, item, node["not"])
    if "text" in node:
        words = node["text"].split('"')
        return any(_found(words, text) for text in (item["title"], item["text"]))
    return _condition(world, item, node)


def _flat(node):
    """What a conjunction asks for in all, however it is nested."""
    if "not" in node and "not" in node["not"]:
        return _flat(node["not"]["not"])
    return [part for each in node["and"] for part in _flat(each)] if "and" in node else [node]


def _one_search(nodes):
    """Words that stand beside each other are one search: all of them in the title, or all in the text."""
    texts = [node["text"] for node in nodes if "text" in node]
    return [*(node for node in nodes if "text" not in node), *([{"text": " ".join(texts)}] if texts else [])]


def _found(pieces, text):
    have = [word.lower() for word in (text or "").split(" ")]
    loose = [word for piece in pieces[::2] for word in piece.split()]
    for at, word in enumerate(loose):
        last = at == len(loose) - 1 and not pieces[-1:][0].isspace() and len(pieces) == 1
        if not any(each == word or (last and each.startswith(word)) for each in have):
            return False
    return all(
        any(have[at : at + len(phrase)] == phrase for at in range(len(have)))
        for phrase in (piece.split() for piece in pieces[1::2])
    )


def _condition(world, item, node):
    name, op = node["field"], node["op"]
    if op in {"empty", "present"}:
        return _missing(world, item, name) is (op == "empty")
    values = (
        node.get("values") or [node["value"]] if "value" in node or "values" in node else [node["from"], node["to"]]
    )
    if None in values and _missing(world, item, name):
        return True
    values = [value for value in values if value is not None]
    return bool(values) and _given(world, item, name, op, values)


def _missing(world, item, name):
    if name == "timeframe":
        return item["start.precision"] is None and item["end.precision"] is None
    if name in DATED:
        return item[f"{name}.precision"] is None
    value = value_of(world, item, name)
    return value is None or value in ("", [])


def value_of(world, item, name):
    if name == "phase.category":
        return world.category.get(item["phase"])
    return item[SEVERAL.get(name, name)]


def _given(world, item, name, op, values):  # noqa: PLR0911 - a case per kind of field
    value = value_of(world, item, name) if name != "timeframe" else None
    if name in ONE_REFERENCE:
        chain = [value]
        while op == "in" and name in TREES and (above := world.above[TREES[name]].get(chain[-1])):
            chain.append(above)
        return any(each in values for each in chain)
    if name in SEVERAL or name == "c_choices":
        return bool(set(value or ()) & set(values))
    if name in PROSE:
        return value is not None and _prose(value, op, values)
    if name in {"key", "c_text"} and op == "contains":
        return value is not None and values[0].lower() in value.lower()
    if name in {"benefit", "progress", "c_number"}:
        return value is not None and _compared(value, op, [(float(each), float(each)) for each in values])
    if name == "c_bool":
        return value is not None and value in {each == "yes" for each in values}
    if name in INSTANTS:
        return _instant(world, value, op, values)
    if name in DATED or name == "c_date":
        return _day(item, name, value, op, values)
    if name == "timeframe":
        return _timeframe(item, op, values)
    return value in values


def _prose(value, op, values):
    if op == "is":
        return value.lower() in [each.lower() for each in values]
    return any(each.lower() in value.lower() for each in values)


def _compared(value, op, ranges):
    first, last = ranges[0]
    return {
        "in": lambda: any(low <= value <= high for low, high in ranges),
        "is": lambda: any(low <= value <= high for low, high in ranges),
        "lt": lambda: value < first,
        "le": lambda: value <= last,
        "gt": lambda: value > last,
        "ge": lambda: value >= first,
        "between": lambda: first <= value <= ranges[1][1],
    }[op]()


def period(text):
    if "Q" in text:
        year, quarter = int(text[:4]), int(text[-1])
        return date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, 30 if quarter in {2, 3} else 31)
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        return date(*parts, 1), date(*parts, calendar.monthrange(*parts)[1])
    return date(*parts), date(*parts)


def _day(item, name, value, op, values):
    if "later" in values and name in DATED and item[f"{name}.precision"] == "later":
        return True
    periods = [period(each) for each in values if each != "later"]
    if value is None or not periods:
        return False
    return _compared(date.fromisoformat(value) if isinstance(value, str) else value, op, periods)


def _instant(world, value, op, values):
    if op in {"newer", "older"}:
        at = world.clock.now - timedelta(days=int(values[0][:-1]))
        return (value >= at) is (op == "newer")
    zoned = [
        (_midnight(first), _midnight(last + timedelta(1)) - timedelta(microseconds=1))
        for first, last in map(period, values)
    ]
    return _compared(value, op, zoned)


def _midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def span(item):
    """First and last day of an item's timeframe, None where it has none; a later end has no end."""
    start, end = item["start"], item["end"]
    first, last = start or end, end or start
    if end is None and start is not None and item["start.precision"] == "quarter":
        last = period(f"{start.year}-Q{(start.month + 2) // 3}")[1]
    if start is None and end is not None and item["end.precision"] == "quarter":
        first = period(f"{end.year}-Q{(end.month + 2) // 3}")[0]
    if item["end.precision"] == "later" and start is not None:
        last = date.max
    return first, last


def _timeframe(item, op, values):
    first, last = span(item)
    if "later" in values and (
        item["start.precision"] == "later" or (item["start"] is None and item["end.precision"] == "later")
    ):
        return True
    periods = [period(each) for each in values if each != "later"]
    if first is None or not periods:
        return False
    low, high = periods[0]
    return {
        "in": lambda: any(first <= b and last >= a for a, b in periods),
        "is": lambda: any(first <= b and last >= a for a, b in periods),
        "between": lambda: first <= periods[1][1] and last >= low,
        "lt": lambda: last < low,
        "le": lambda: last <= high,
        "gt": lambda: first > high,
        "ge": lambda: first >= low,
    }[op]()


def ordered(world, items, sort):
    """The ids of ``items`` in order: missing last, ties by id."""
    ids = sorted((item["id"] for item in items), key=lambda each: each.int)
    by_id = {item["id"]: item for item in items}
    for name, desc in reversed(sort):
        for key, turned in reversed(_keys(world, name, desc)):
            have = [each for each in ids if key(by_id[each]) is not None]
            lack = [each for each in ids if key(by_id[each]) is None]
            ids = sorted(have, key=lambda each: key(by_id[each]), reverse=turned) + lack
    return ids


def _keys(world, name, desc):
    if name in DATED:
        return [(lambda item: item[name], desc), (lambda item: item[f"{name}.precision"] is None, False)]
    if name == "timeframe":
        return [
            (lambda item: item["start"] or item["end"], desc),
            (lambda item: item["start.precision"] is None and item["end.precision"] is None, False),
            (lambda item: item["end"], desc),
        ]
    return [(lambda item: _place(world, item, name), desc)]


def _place(world, item, name):
    if name == "ref":
        return item["number"]
    value = value_of(world, item, name)
    if value is None or value == []:
        return None
    places = {"level": LEVELS, "phase": PHASES, "health": HEALTH, "c_choice": ["a", "b", "c"], "release": ["v2", "v1"],
              "area": ["Epsilon", "Delta", "Gamma", "Beta", "Alpha"],
              "phase.category": ["todo", "doing", "done", "cancelled"],
              "horizon": ["now", "next", "later"]}  # fmt: skip
    if name in places:
        return places[name].index(value)
    return value.lower() if isinstance(value, str) and name not in {"rank", "key"} else value


def totals(items, name):
    values = [item[name] for item in items if item[name] is not None]
    return {
        "count": len(items),
        f"sum.{name}": sum(values) if values else None,
        f"min.{name}": min(values) if values else None,
        f"max.{name}": max(values) if values else None,
        f"missing.{name}": len(items) - len(values),
    }
