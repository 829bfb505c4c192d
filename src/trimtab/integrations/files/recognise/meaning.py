"""What each column of a table means: by its name in any language, by a near name, by its values alone."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trimtab.integrations.files.recognise.known import KnownFields
from trimtab.integrations.files.recognise.profile import Profile, Survey
from trimtab.integrations.files.words import by_name, concepts, folded

_DATES = frozenset({"start", "end", "created", "updated", "resolved"})
_NUMBERS = frozenset({"effort", "points", "benefit", "progress"})
_NAMED = frozenset({"owner", "reporter", "team", "area", "phase", "level"})
_REPEATED = frozenset({"tags", "dependency", "comment", "watchers", "sprint", "component", "release"})
_LEAST = 0.4


@dataclass(frozen=True, slots=True)
class Meaning:
    """A column's concept, how sure (0..1), and why in words."""

    concept: str
    sure: float
    why: str


@cache
def value_words() -> Mapping[str, Mapping[str, str]]:
    """Group (category, level, health, horizon) → folded word → what it means."""
    groups = tomllib.loads((Path(__file__).parents[1] / "values.toml").read_text(encoding="utf-8"))
    return {
        group: {folded(word): meant for meant, part in parts.items() for word in (*part["words"], meant)}
        for group, parts in groups.items()
    }


def means(group: str, value: str) -> str | None:
    """What a value means in a group; None when no language knows it."""
    return value_words()[group].get(folded(value))


def meanings(survey: Survey, known: KnownFields) -> dict[int, Meaning]:
    """The meaning of each column that has one. A concept goes to its likeliest column; columns of one name share it."""
    found: dict[int, Meaning] = {}
    named = {column.position: _by_name(column) for column in survey.columns}
    nameless = sum(bool(meant) for meant in named.values()) < 2
    offers = [
        (one.sure, column.position, one)
        for column in survey.columns
        for one in (*named[column.position], *_by_values(column, known, nameless=nameless))
    ]
    taken: dict[str, str] = {}
    for _, position, one in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        own = survey.columns[position].name
        name = _stem(own) if one.concept in _REPEATED else folded(own)
        if position in found or one.sure < _LEAST or taken.get(one.concept, name) != name:
            continue
        found[position] = one
        taken[one.concept] = name
    return found


def _stem(name: str) -> str:
    """A name without its number: ``Dependency 1`` and ``Dependency 2`` are one list."""
    plain = folded(name).rstrip("0123456789 ")
    return plain or folded(name)


def _by_name(column: Profile) -> list[Meaning]:
    name = folded(column.name)
    exact = concepts(name) or concepts(_stem(name)) or concepts(_inside_brackets(name))
    if exact:
        return [
            Meaning(concept, round((0.97 - 0.04 * place) * _fit(concept, column), 3), f"it is called “{column.name}”")
            for place, concept in enumerate(exact)
        ]
    near = _near(name)
    if near is None:
        return []
    ratio, like = near
    return [
        Meaning(concept, round(ratio * 0.85 * _fit(concept, column), 3), f"“{column.name}” is nearly “{like}”")
        for concept in concepts(like)[:2]
    ]


_WRAPPERS = (
    "custom field ", "campo personalizado ", "benutzerdefiniertes feld ", "champ personnalise ", "aangepast veld ",
)  # fmt: skip


def _inside_brackets(name: str) -> str:
    """``custom field story points`` → ``story points``: what a tool puts around a name is left out."""
    prefix = next((one for one in _WRAPPERS if name.startswith(one)), "")
    return name.removeprefix(prefix)


def _near(name: str) -> tuple[float, str] | None:
    """The known name that this one is a slip of, or holds as whole words."""
    if len(name) < 4:
        return None
    best: tuple[float, str] | None = None
    words = set(name.split())
    for known in by_name():
        ratio = 0.0
        if len(known) >= 4 and abs(len(known) - len(name)) <= 3:
            matcher = difflib.SequenceMatcher(None, name, known)
            if matcher.quick_ratio() >= 0.82:
                ratio = matcher.ratio()
        if ratio < 0.82 and len(known) >= 4 and set(known.split()) <= words:
            ratio = 0.55 + 0.4 * len(known) / len(name)
        if ratio >= 0.7 and (best is None or ratio > best[0]):
            best = ratio, known
    return best


def _fit(concept: str, column: Profile) -> float:
    """How well the values agree with the concept: 1 fully, 0 not at all."""
    if not column.filled:
        return 0.8
    least = 0.1
    if concept in _DATES:
        return max(column.share("span" if concept in {"start", "end"} else "date"), least)
    if concept in _NUMBERS:
        return max(column.share("number"), least)
    fits = {
        "key": _fit_key(column),
        "id": _fit_key(column),
        "title": 0.35 if column.share("number") > 0.9 else 1.0 if column.mean_length <= 200 else 0.6,
    } | dict.fromkeys(_NAMED, 0.3 if column.mean_length > 60 or column.share("number") > 0.5 else 1.0)
    return fits.get(concept, 1.0)


def _fit_key(column: Profile) -> float:
    if column.unique:
        return 1.0
    return 0.45 if column.share("key") > 0.9 else 0.3


def _by_values(column: Profile, known: KnownFields, *, nameless: bool) -> list[Meaning]:
    """What the values alone tell; less sure than a name. Dates and texts tell little unless all is ``nameless``."""
    found: list[Meaning] = []
    if not column.filled:
        return found
    values = list(column.values or {})
    if column.values and len(values) >= 2:
        found += _by_words(values)
    if column.values or column.filled >= 3:
        found += _by_known(column, known)
    if column.share("key") > 0.95 and column.unique:
        found.append(Meaning("key", 0.66, "its values are all different and look like keys"))
    if column.share("email") > 0.9:
        found.append(Meaning("owner", 0.55, "it holds e-mail addresses"))
    if nameless and column.kind in {"date", "span"} and column.share("time") < 0.5:
        found += [Meaning("start", 0.43, "it holds dates"), Meaning("end", 0.42, "it holds dates")]
    if column.kind == "text" and column.share("key") < 0.5 and column.total > 0:
        if column.unique and 6 <= column.mean_length <= 120:
            found.append(Meaning("title", 0.5 - column.position * 0.001, "it holds short texts, all different"))
        if nameless and column.mean_length > 80:
            found.append(Meaning("description", 0.48, "it holds long texts"))
    return found


def _by_words(values: Sequence[str]) -> Iterable[Meaning]:
    concept_of = {"category": "phase", "level": "level", "health": "health", "horizon": "horizon"}
    for group, concept in concept_of.items():
        share = sum(means(group, value) is not None for value in values) / len(values)
        if share >= 0.75:
            yield Meaning(concept, round(0.4 + 0.25 * share, 3), f"its values are those of a {concept}")


def _by_known(column: Profile, known: KnownFields) -> Iterable[Meaning]:
    values = list(column.values or column.samples)
    for kind, concept in (("person", "owner"), ("team", "team"), ("area", "area"), ("release", "release")):
        names = known.names.get(kind, frozenset())
        share = sum(folded(value) in names for value in values) / len(values) if names and values else 0
        if share >= 0.6:
            yield Meaning(concept, round(0.5 + 0.2 * share, 3), f"most of its values are called as a {kind} here")
