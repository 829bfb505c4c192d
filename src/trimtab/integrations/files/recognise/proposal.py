"""What the recogniser gives: which files play which part, what each column means, and the recipe that imports them."""

from collections.abc import Mapping
from dataclasses import dataclass

from trimtab.integrations.files.reading import Reading, Recognised, Row
from trimtab.integrations.files.rules import Recipe


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """A column and where it goes. ``targets`` is empty for one that is left out; ``why`` says why either way.

    A target is a field of an item (``title``, ``custom.x``, ``dim.y``), ``key``, ``id``, ``url``, a link type
    (``link.FS``) or another domain's record (``comment``). ``sure`` is 0..1. ``kind`` is what its values look like:
    blank, text, number, date, span, bool, url, email. ``filled`` counts the rows that have it.
    """

    position: int
    name: str
    targets: tuple[str, ...]
    sure: float
    why: str
    kind: str
    filled: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileProposal:
    """A file of the import. ``part``: items, links, history, people, teams, releases, unknown, or the target of its
    records (comment …). ``rows`` are the first ten; ``count`` is how many there are, at least, where ``cut``."""

    name: str
    part: str
    reading: Reading
    sure: Mapping[str, Recognised]
    sheets: tuple[str, ...]
    columns: tuple[ColumnProposal, ...]
    rows: tuple[Row, ...]
    count: int
    cut: bool

    @property
    def unmapped(self) -> tuple[ColumnProposal, ...]:
        """The columns that are left out although something stands in them."""
        return tuple(column for column in self.columns if not column.targets and column.filled)


@dataclass(frozen=True, slots=True)
class LayoutScore:
    """A shipped recipe (``name`` blank: none, a plain spreadsheet) and how well the files fit it, 0..1."""

    name: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """How to import some files together. ``recipe`` does it untouched; its ``text`` can be kept and changed.

    ``layouts`` are those that fit at all, the best first. ``problems`` say in words what a person should look at.
    """

    layout: LayoutScore
    layouts: tuple[LayoutScore, ...]
    files: tuple[FileProposal, ...]
    problems: tuple[str, ...]
    recipe: Recipe
