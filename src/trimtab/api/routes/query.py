"""One question language for everything: ask, and get help with asking."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from trimtab.api.problems import Unprocessable
from trimtab.core import query
from trimtab.core.edge import REFUSALS, actor_of, clock_of

router = Router(tags=["query"])


def _body(request: HttpRequest) -> dict[str, Any]:
    """The question as it was sent. Raises Unprocessable when it is no JSON object."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as wrong:
        raise Unprocessable("The body is no JSON.", fields={"body": str(wrong)}) from wrong
    if not isinstance(body, dict):
        raise Unprocessable("The body is no JSON object.", fields={"body": "is no object"})
    return body


@router.post("/query", response={200: dict[str, Any]} | REFUSALS, operation_id="runQuery")
def run_query(request: HttpRequest) -> HttpResponse:
    """Filter, sort, group, total and page any source, today or in the past. The answer is columnar."""
    answer = query.run(actor_of(request), clock_of(request), _body(request))
    return HttpResponse(answer, content_type="application/json")
