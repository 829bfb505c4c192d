"""One question language for everything: ask, and get help with asking."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from trimtab.api.problems import Unprocessable
from trimtab.core import query
from trimtab.core.edge import REFUSALS, actor_of, clock_of

router = Router(tags=["query"])


class OptionOut(Schema):
    key: str
    name: str


class QueryFieldOut(Schema):
    """``entity`` names what a reference points at; ``totals`` the functions that may add the field up.
    ``formula`` is what the field is computed of; ``problem`` says why it has no values."""

    name: str
    label: str
    type: str
    entity: str | None
    operators: list[str]
    sortable: bool
    groupable: bool
    totals: list[str]
    custom: bool
    unit: str | None
    formula: str | None
    problem: str | None
    options: list[OptionOut]


class TextIn(Schema):
    source: str = Field("item", max_length=60)
    text: str = Field("", max_length=10_000)


class CompleteIn(TextIn):
    cursor: int = Field(0, ge=0, le=10_000)


class SuggestionOut(Schema):
    text: str
    label: str
    kind: str


class CompleteOut(Schema):
    """The characters ``start`` (sent as ``from``) to ``to`` are what a suggestion replaces."""

    start: int = Field(alias="from")
    to: int
    items: list[SuggestionOut]


class ParseOut(Schema):
    filter: Any
    sort: list[Any]
    problems: list[dict[str, Any]]


class FormatIn(Schema):
    filter: Any = None
    sort: list[Any] | None = None


class FormatOut(Schema):
    text: str


def question_of(request: HttpRequest) -> dict[str, Any]:
    """The question as it was sent. Raises Unprocessable when it is no JSON object."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as wrong:
        raise Unprocessable("The body is no JSON.", fields={"body": str(wrong)}) from wrong
    if not isinstance(body, dict):
        raise Unprocessable("The body is no JSON object.", fields={"body": "is no object"})
    return body


QUESTION = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("/query", response={200: dict[str, Any]} | REFUSALS, operation_id="runQuery", openapi_extra=QUESTION)
def run_query(request: HttpRequest) -> HttpResponse:
    """Filter, sort, group, total and page any source, today or in the past. The answer is columnar."""
    answer = query.run(actor_of(request), clock_of(request), question_of(request))
    return HttpResponse(answer, content_type="application/json")


@router.get("/query/fields", response={200: list[QueryFieldOut]} | REFUSALS, operation_id="listFields")
def list_fields(request: HttpRequest, source: str = "item") -> list[dict[str, Any]]:
    """What can be asked of a source: its own fields, the workspace's custom fields and dimensions."""
    return query.fields(actor_of(request), source)


@router.post("/query/complete", response={200: CompleteOut} | REFUSALS, operation_id="completeQuery", by_alias=True)
def complete_query(request: HttpRequest, body: CompleteIn) -> dict[str, Any]:
    """What may stand at the cursor, best first."""
    return query.complete(actor_of(request), clock_of(request), body.source, body.text, body.cursor)


@router.post("/query/parse", response={200: ParseOut} | REFUSALS, operation_id="parseQuery")
def parse_query(request: HttpRequest, body: TextIn) -> dict[str, Any]:
    """The JSON form of query text, and every fault in it with its place."""
    return query.parse(actor_of(request), clock_of(request), body.source, body.text)


@router.post("/query/format", response={200: FormatOut} | REFUSALS, operation_id="formatQuery")
def format_query(request: HttpRequest, body: FormatIn) -> dict[str, str]:
    """The text form of a JSON filter and order."""
    actor_of(request)
    return query.format(body.filter, body.sort)
