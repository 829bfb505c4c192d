"""The API: one place where the domains' routers meet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Never

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import BaseRenderer

import trimtab
from trimtab.accounts.api import router as accounts
from trimtab.accounts.api_data import router as people_and_data
from trimtab.accounts.api_fields import router as field_groups
from trimtab.accounts.api_people import router as people
from trimtab.api.middleware import INVITED, OPEN
from trimtab.api.routes import config, exports, history, operations, workspaces
from trimtab.api.routes import query as queries
from trimtab.collab.api import router as collab
from trimtab.collab.notices.api import router as notices
from trimtab.integrations.api import router as integrations
from trimtab.roadmap.api import router as roadmap


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=_default)


class Api(NinjaAPI):
    """Errors leave it as exceptions: the edge alone turns them into answers, and rolls back what they interrupted."""

    _description: OpenAPISchema | None = None

    def on_exception(self, request: HttpRequest, exc: Any) -> Never:
        raise exc

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The description, made once: it takes a second and never changes while the process lives."""
        if self._description is None:
            self._description = self._describe(path_params)
        return self._description

    def _describe(self, path_params: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix="/api/v1/", path_params=path_params)
        schema["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        }
        schema["security"] = [{"token": []}, {"session": []}]
        for path, operations_of in schema["paths"].items():
            _finish(path, operations_of)
        return schema


def _finish(path: str, operations_of: Mapping[str, dict[str, Any]]) -> None:
    """Refusals are problem+json, and what needs no sign-in says so."""
    for operation in operations_of.values():
        if path in OPEN | INVITED:
            operation["security"] = []
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and "content" in answer:
                answer["content"] = {"application/problem+json": answer["content"].pop("application/json")}


api = Api(
    title="Trimtab",
    version=trimtab.__version__,
    description="Product portfolio management: what is planned, why, by whom, and how it came to be so.",
    docs_url=None,
    openapi_url="/openapi.json",
    renderer=OrjsonRenderer(),
    urls_namespace="api-1",
)
for router in (
    accounts,
    people,
    field_groups,
    people_and_data,
    workspaces.router,
    config.router,
    queries.router,
    exports.router,
    history.router,
    operations.router,
    collab,
    notices,
    roadmap,
    integrations,
):
    api.add_router("", router)
