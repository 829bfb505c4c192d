"""Finds out in which language columns are named."""

from collections.abc import Iterable

from trimtab.integrations.files.reading.spec import Recognised
from trimtab.integrations.files.words import language_counts


def of(names: Iterable[str]) -> Recognised:
    """The language that knows most of the names; English where none knows more."""
    counts = language_counts(set(names))
    best = max(counts, key=lambda language: (counts[language], language == "en"))
    if not counts[best]:
        return Recognised("en", 0.2, "no column has a usual name")
    others = sorted((counts[language] for language in counts if language != best), reverse=True)
    ahead = (counts[best] - others[0]) / counts[best]
    return Recognised(best, round(min(0.99, 0.5 + ahead), 2), f"{counts[best]} columns are called so in it")
