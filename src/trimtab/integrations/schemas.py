"""What imports say over HTTP. Answers have no defaults, so that no client sees a false optional."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

Status = Literal[
    "files", "mapping", "checking", "checked", "applying", "applied", "undone", "failed", "cancelled", "discarded"
]
ListName = Literal["create", "update", "keep", "ask", "reject", "conflict", "kept", "review", "ties", "made", "differ"]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class Body(Schema):
    """A request body: unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class FileIn(Body):
    """A file that will come in pieces. ``size`` in bytes."""

    name: str = Field(min_length=1, max_length=300)
    size: int = Field(ge=0)


class FileOut(Schema):
    """``received`` of ``size`` bytes are here; ``name`` is the one that recipes use."""

    id: UUID
    name: str
    size: int
    received: int


class RunOut(Schema):
    """A step in the background: ``done`` of ``total``, both in its own units. ``result`` counts what it came to."""

    id: UUID
    state: str
    done: int
    total: int | None
    step: str
    eta_at: datetime | None
    error: str
    result: dict[str, Any]
    started_at: datetime | None
    ended_at: datetime | None


class ImportSummary(Schema):
    """An import in a list. ``batch_id`` names what it wrote; ``undone_at``: when that was taken back."""

    id: UUID
    label: str
    status: Status
    recipe_name: str
    actor_name: str
    created_at: datetime
    updated_at: datetime
    batch_id: UUID | None
    undone_at: datetime | None
    counts: dict[str, int]


class ImportOut(ImportSummary):
    """An import with its files, its recipe (TOML, empty while nothing is settled) and its steps."""

    files: list[FileOut]
    recipe: str
    conflicts: Literal["file", "here"]
    checked: RunOut | None
    applied: RunOut | None
    compared: RunOut | None
    ambiguous: int
    files_gone_at: datetime | None


class RecipeIn(Body):
    """A recipe as TOML; ``name`` is how it is shown."""

    text: str = Field(min_length=1, max_length=500_000)
    name: str = Field("", max_length=120)


class ReadingIn(Body):
    """How a file is written, where that was recognised wrongly; what is left out is recognised."""

    file: str = Field(max_length=200)
    format: Literal["", "csv", "tsv", "xlsx", "json"] = ""
    encoding: str = Field("", max_length=40)
    delimiter: str = Field("", max_length=1)
    quote: str = Field("", max_length=1)
    header_row: int = Field(0, ge=-1, le=1_000_000)
    sheet: str = Field("", max_length=300)
    decimal: Literal["", ".", ","] = ""
    day_first: bool | None = None
    language: str = Field("", max_length=10)


class ProposeIn(Body):
    """``layout`` names the recipe that comes along to go by; empty: by none; null: by the one that fits best."""

    readings: list[ReadingIn] = Field(default_factory=list, max_length=50)
    layout: str | None = Field(None, max_length=120)


class NewFieldIn(Body):
    """A custom field to be made."""

    key: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: Name
    type: Literal["text", "number", "date", "bool", "choice", "choices", "url", "person", "people", "team", "teams"]


class ColumnIn(Body):
    """What a column fills; an empty target leaves it out. ``new`` goes with ``custom.<key>`` of a field to be made."""

    column: str = Field(min_length=1, max_length=300)
    target: str = Field(max_length=80)
    new: NewFieldIn | None = None


class MappingIn(Body):
    """What to change; null leaves it. ``source`` is the name space of the keys, one for all exports of a place."""

    columns: list[ColumnIn] = Field(default_factory=list, max_length=2000)
    source: str | None = Field(None, min_length=1, max_length=60)
    name: str | None = Field(None, min_length=1, max_length=120)
    level: str | None = Field(None, min_length=1, max_length=60)


class FoundOut(Schema):
    """One thing that was found out about a file: how sure (0..1), and why."""

    value: str
    sure: float
    why: str


class ReadingOut(Schema):
    """How a file is read."""

    format: str
    encoding: str
    delimiter: str
    quote: str
    header_row: int
    sheet: str
    decimal: str
    day_first: bool | None
    language: str


class ColumnOut(Schema):
    """A column, what it fills, how sure that is (0..1), and why."""

    position: int
    name: str
    targets: list[str]
    sure: float
    why: str
    kind: str
    filled: int
    samples: list[str]


class SampleOut(Schema):
    """One of the first ten rows, as written; long cells are cut."""

    number: int
    problem: str
    cells: list[str]


class MappedFileOut(Schema):
    """A file and the part it plays. ``count`` rows, at least, where ``cut``."""

    name: str
    part: str
    count: int
    cut: bool
    sheets: list[str]
    reading: ReadingOut
    sure: dict[str, FoundOut]
    columns: list[ColumnOut]
    rows: list[SampleOut]


class LayoutOut(Schema):
    """A recipe that comes along, and how well the files fit it (0..1)."""

    name: str
    label: str
    score: float


class TargetOut(Schema):
    """Something that a column may fill."""

    name: str
    label: str
    type: str


class MappingOut(Schema):
    """What was recognised, and what the recipe in force does with it."""

    layout: LayoutOut
    layouts: list[LayoutOut]
    problems: list[str]
    files: list[MappedFileOut]
    name: str
    source: str
    level: str
    targets: list[TargetOut]


class ConflictsIn(Body):
    """Whose value counts where the file and somebody here changed the same field."""

    conflicts: Literal["file", "here"]


class DecisionIn(Body):
    """What a row is; ``record_id`` goes with ``match``."""

    row: int = Field(ge=0)
    choice: Literal["match", "new", "skip"]
    record_id: UUID | None = None


class DecisionsIn(Body):
    """Either single rows, or one word for all that wait: ``match`` leaves those open that fit several items."""

    rows: list[DecisionIn] = Field(default_factory=list, max_length=1000)
    all: Literal["match", "new", "skip"] | None = None


class DecidedOut(Schema):
    """How many rows were settled, and how many still wait."""

    settled: int
    ambiguous: int


class ChangeOut(Schema):
    """One field: what is here, what the file says. ``conflict``: both sides changed it; ``kept``: it stays as it is."""

    field: str
    label: str
    here: str | None
    file: str | None
    conflict: bool
    kept: bool


class MarkOut(Schema):
    """A cell that could not be used."""

    field: str
    raw: str
    why: str


class CandidateOut(Schema):
    """An item that an ambiguous row may be."""

    id: UUID
    ref: str
    title: str
    area: str | None
    level: str


class RowOut(Schema):
    """A row of the file, and what it would do. ``chosen``: the item that somebody said it is."""

    id: UUID
    part: str
    row: int
    key: str
    title: str
    action: str
    record_id: UUID | None
    problem: str
    changes: list[ChangeOut]
    marks: list[MarkOut]
    candidates: list[CandidateOut]
    chosen: UUID | None


class RowsPage(Schema):
    """Which list, and from where on: ``after`` is the ``next`` of the page before."""

    which: ListName
    after: UUID | None = None
    limit: int = Field(50, ge=1, le=200)
    field: str = Field("", max_length=100)


class RowsOut(Schema):
    """A page; ``next`` is the id to go on after, null at the end."""

    rows: list[RowOut]
    next: UUID | None


class SumOut(Schema):
    """A number field on both sides, as texts, and how many rows have a value."""

    field: str
    label: str
    file: str
    here: str
    file_count: int
    here_count: int


class GroupValueOut(Schema):
    """How many rows have a value, in the file and here. ``value`` is an id or a word; empty: none."""

    value: str
    label: str
    file: int
    here: int


class GroupOut(Schema):
    """A field by its values."""

    field: str
    label: str
    values: list[GroupValueOut]


class ReconciliationOut(Schema):
    """The file against what is here now. ``missing`` rows have no item; ``differing`` ones another value somewhere."""

    file_rows: int
    here_rows: int
    rejected: int
    missing: int
    differing: int
    sums: list[SumOut]
    groups: list[GroupOut]
    compared_at: datetime | None


class SavedRecipeOut(Schema):
    """A recipe to choose from. ``shipped`` ones come along; ``id`` is null for those."""

    id: UUID | None
    name: str
    label: str
    shipped: bool
    source: str
    actor_name: str
    updated_at: datetime | None


class SavedRecipeIn(Body):
    """A recipe to keep; one of the same name is replaced."""

    name: Name
    text: str = Field(min_length=1, max_length=500_000)


class SavedRecipeText(Schema):
    """A recipe as TOML."""

    name: str
    text: str
