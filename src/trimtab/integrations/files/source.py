"""The files of an import, and where each row of it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trimtab.integrations.files.reading import BadFile
from trimtab.integrations.files.rules import Recipe

FILE_STEP = 10_000_000
"""Rows of the second file of a kind are numbered from here on, of the third from twice that: each number is once."""
MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: a folder with the recipe's files, or one file that stands for its items alone."""

    path: Path

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self.path if self.path.is_dir() else self.path.parent

    def path_of(self, file: str) -> Path:
        """The file of this name in the folder; of a single file, itself. Raises BadFile for a name that leads away."""
        if not self.path.is_dir():
            return self.path
        if Path(file).name != file:
            raise BadFile(f"“{file}” is no plain file name.")
        return self.path / file

    def has(self, recipe: Recipe, file: str) -> bool:
        """Whether what the recipe takes from ``file`` is here; blank: from the items' own file."""
        return self.path.is_dir() or not file or file in {recipe.items.file, self.path.name}

    def items(self, recipe: Recipe) -> list[Path]:
        """The files of items."""
        if not self.path.is_dir():
            return [self.path] if recipe.items.files else []
        return [self.path_of(name) for name in recipe.items.files[:MOST_FILES]]

    def part(self, recipe: Recipe, file: str) -> tuple[str, Path]:
        """The name and path of a part's file; blank: the items' own."""
        name = file or recipe.items.file
        return name, self.path_of(name)

    def files(self, recipe: Recipe) -> list[Path]:
        """The files that will be read."""
        return [self.path_of(name) for name in recipe.files] if self.path.is_dir() else [self.path]


def steps(paths: list[Path], after: int) -> Iterator[tuple[int, Path, int]]:
    """The files still to be read when staged up to row ``after``: offset of the row numbers, path, row to go on after.

    A resumed import goes on in the middle of one of them.
    """
    for index, path in enumerate(paths):
        offset = index * FILE_STEP
        if after < offset + FILE_STEP:
            yield offset, path, max(after - offset, 0)


def place(row: int, files: tuple[str, ...]) -> tuple[str, int]:
    """The file and the row in it that a staged number stands for; the file is blank when there is one only."""
    index, number = divmod(row, FILE_STEP)
    return (files[index] if len(files) > 1 and index < len(files) else ""), number
