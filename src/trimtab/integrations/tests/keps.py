"""A portfolio in the shape of the Kubernetes set: the real one when it is at hand, and a small one made for the tests.

``replay`` tells from ``events.csv`` alone what was so on a day; it shares nothing with the import.
"""

import csv
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trimtab.core import query
from trimtab.core.actors import Actor, Clock
from trimtab.integrations.files import recipe
from trimtab.integrations.files.staging import select
from trimtab.integrations.public import Report, Source, import_files
from trimtab.roadmap.tests.factories import inside

FIELDS = (
    "title", "status", "stage", "owning_sig", "participating_sigs", "latest_milestone", "milestone_alpha",
    "milestone_beta", "milestone_stable", "authors", "approvers", "feature_gates", "see_also", "replaces",
    "superseded_by",
)  # fmt: skip
COLUMNS = {"title": "title", "status": "phase", "owning_sig": "team"}
ITEM_COLUMNS = (
    "key", "number", "title", "owning_sig", "participating_sigs", "status", "stage", "latest_milestone",
    "milestone_alpha", "milestone_beta", "milestone_stable", "milestone_deprecated", "milestone_removed",
    "creation_date", "last_updated", "authors", "reviewers", "approvers", "see_also", "replaces", "superseded_by",
    "feature_gates", "components", "disable_supported", "path", "url",
)  # fmt: skip


def shared() -> Path:
    """Where real data lies; skips the test when it does not."""
    root = Path(__file__).parents[4]
    folder = Path(os.environ.get("TRIMTAB_SHARED", root.parent / "shared")) / "data" / "k8s-keps"
    if not folder.is_dir():
        pytest.skip(f"the Kubernetes portfolio is not at hand: no folder {folder} (TRIMTAB_SHARED names another)")
    return folder


def now() -> Clock:
    return Clock(datetime.now(UTC))


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def replay(folder: Path, day: str) -> dict[str, dict[str, str]]:
    """Every item that existed at the end of ``day`` (UTC), with the 15 fields as they were; blank is missing."""
    state: dict[str, dict[str, str]] = {}
    for event in read(folder, "events.csv"):
        if event["at"][:10] <= day:
            item = state.setdefault(event["key"], dict.fromkeys(FIELDS, ""))
            if event["field"] in item:
                item[event["field"]] = event["new"]
    return state


def portfolio(actor: Actor, day: str, known_on: str | None = None) -> dict[str, dict[str, str]]:
    """The same, from the product: through the query engine, teams and phases by the names that the file gave them."""
    lens = {"as_of": day} | ({"known_on": known_on} if known_on else {})
    columns = ["key", *(COLUMNS.get(field, field) for field in FIELDS)]
    question = {"source": "item", "columns": columns, "lens": lens, "page": {"size": 1000}}
    rows = query.rows(actor, now(), question)
    with inside(actor):
        names = select(
            "select record_id::text as id, key from scoped.external_key where entity in ('team', 'phase')", []
        )
    written = {row["id"]: row["key"] for row in names}
    return {row["key"]: {field: _written(row, field, written) for field in FIELDS} for row in rows}


def _written(row: dict[str, Any], field: str, written: dict[str, str]) -> str:
    value = row[COLUMNS.get(field, field)]
    return written[value] if field in {"status", "owning_sig"} and value else value or ""


def run(actor: Actor, folder: Path, name: str = "k8s-keps.toml", **more: Any) -> Report:
    """Import ``folder`` by a recipe, without a word."""
    return import_files(
        actor=actor, clock=now(), source=Source(folder), recipe=recipe.load(name), progress=lambda *_: None, **more
    )


def tracked(actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """All tracked records of the workspace by entity, without what the ledger keeps for itself."""
    with inside(actor):
        entities = select("select entity from ledger_entity order by entity", [])
        return {
            one["entity"]: [
                row["record"]
                for row in select(
                    "select to_jsonb(r) - 'version' - 'updated_at' as record"
                    f" from scoped.{one['entity']} r order by id",
                    [],
                )
            ]
            for one in entities
        }


def overlaps(actor: Actor) -> list[dict[str, Any]]:
    """Keys and names that more than one record carries at the same time, in any visible version."""
    found: list[dict[str, Any]] = []
    with inside(actor):
        for entity in ("item", "team", "phase", "release", "custom_field"):
            found += select(
                f"select a.key, count(*) as n from scoped.{entity}_version a join scoped.{entity}_version b"
                " on a.key = b.key and a.during && b.during and a.version_row <> b.version_row"
                " where a.voided_at is null and b.voided_at is null group by a.key",
                [],
            )
    return found


def write(folder: Path, name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_items(folder: Path, *items: dict[str, str]) -> None:
    write(folder, "items.csv", ITEM_COLUMNS, ([item.get(name, "") for name in ITEM_COLUMNS] for item in items))


def make_twin(folder: Path) -> Path:
    """A small portfolio with every oddity of the real one: five items, their past, odd values in all places."""
    write_items(
        folder,
        {"key": "KEP-1", "title": "Faster scheduler", "owning_sig": "sig-node", "status": "implemented",
         "stage": "stable", "milestone_stable": "v1.2", "latest_milestone": "v1.2", "creation_date": "2025-10-9",
         "participating_sigs": "sig-node;sig-aaa", "authors": "@ana;@ben", "url": "https://example.com/1"},
        {"key": "KEP-2", "title": "Étude, “quoted”, unbroken", "owning_sig": "sig-net", "status": "imlpemented",
         "milestone_stable": "TBD", "creation_date": "yyyy-mm-dd", "see_also": "KEP-1;\n\"KEP-3\" "},
        {"key": "KEP-3", "title": "Moved", "owning_sig": "sig-net", "status": "provisional|implementable"},
        {"key": "KEP-4", "title": "Untold", "owning_sig": "sig-node", "status": "provisional"},
        {"key": "KEP-5", "title": "Late title", "owning_sig": "sig-node", "status": "provisional"},
        {"key": "", "title": "Nameless"},
        {"key": "KEP-6", "title": ""},
        {"key": "KEP-1", "title": "Again"},
    )  # fmt: skip
    write(folder, "teams.csv", ["team", "name", "kind", "mission"],
          [["sig-node", "Node", "sig", "Pods"], ["sig-net", "Network", "sig", ""]])  # fmt: skip
    write(folder, "releases.csv",
          ["release", "cycle_start", "release_date", "planned_release_date"],
          [["v1.1", "2019-01-01", "2019-04-01", ""], ["v1.2", "2020-01-01", "", "2020-4-30"]])  # fmt: skip
    write(folder, "links.csv", ["from_key", "type", "to_key", "raw"],
          [["KEP-1", "relates_to", "KEP-2", ""], ["KEP-3", "superseded_by", "KEP-1", ""],
           ["KEP-1", "relates_to", "", "http://example.com"], ["KEP-1", "relates_to", "KEP-99", ""],
           ["KEP-1", "relates_to", "KEP-2", ""], ["KEP-2", "relates_to", "KEP-2", ""]])  # fmt: skip
    write(folder, "events.csv", ["key", "at", "field", "old", "new", "pr", "actor", "commit"], _events())
    return folder


def _events() -> list[list[str]]:
    def born(key: str, at: str, title: str, team: str, actor: str = "@ana") -> list[list[str]]:
        return [
            [key, at, "(added)", "", f"keps/{key}.md", "1", actor, "a1"],
            [key, at, "title", "", title, "1", actor, "a1"],
            [key, at, "owning_sig", "", team, "1", actor, "a1"],
        ]

    at = "2019-03-01T10:00:00Z"
    return [
        *born("KEP-1", at, "Slow scheduler", '["sig-node"]'),
        ["KEP-1", at, "status", "", "draft", "1", "@ana", "a1"],
        ["KEP-1", at, "authors", "", "@ana", "1", "@ana", "a1"],
        ["KEP-1", "2019-05-02T09:00:00Z", "title", "Slow scheduler", "Faster scheduler", "2", "", "a2"],
        ["KEP-1", "2019-05-02T09:00:00Z", "status", "draft", "implementable", "2", "", "a2"],
        ["KEP-1", "2019-05-02T09:00:00Z", "owning_sig", '["sig-node"]', "sig-node", "2", "", "a2"],
        *born("KEP-2", "2019-05-02T12:00:00Z", "Étude, “quoted”, unbroken", "sig-azure", ""),
        ["KEP-1", "2019-07-01T00:00:00Z", "milestone_stable", "", "v1.1", "3", "@ben", "a3"],
        ["KEP-1", "2019-07-01T00:00:00Z", "latest_milestone", "", "v1.1", "3", "@ben", "a3"],
        ["KEP-2", "2019-08-01T00:00:00Z", "status", "", "imlpemented", "4", "@ben", "a4"],
        ["KEP-2", "2019-08-01T00:00:00Z", "see_also", "", 'KEP-1;\n"KEP-3" ', "4", "@ben", "a4"],
        ["KEP-2", "2019-08-02T00:00:00Z", "milestone_stable", "", "TBD", "5", "@ben", "a5"],
        ["KEP-2", "2019-08-02T00:00:00Z", "owning_sig", "sig-azure", "sig-net", "5", "@ben", "a5"],
        ["KEP-1", "2019-09-01T23:59:59Z", "milestone_stable", "v1.1", "v1.2", "6", "@ana", "a6"],
        ["KEP-1", "2019-09-01T23:59:59Z", "latest_milestone", "v1.1", "v1.2", "6", "@ana", "a6"],
        ["KEP-1", "2019-09-02T00:00:00Z", "stage", "", "beta", "7", "@ana", "a7"],
        ["KEP-1", "2019-09-03T00:00:00Z", "stage", "beta", "", "8", "@ana", "a8"],
        ["KEP-1", "2019-10-03T00:00:00Z", "stage", "", "stable", "9", "@ana", "a9"],
        ["KEP-1", "2019-10-03T00:00:00Z", "status", "implementable", "implemented", "9", "@ana", "a9"],
        ["KEP-1", "2019-10-03T00:00:00Z", "participating_sigs", "", "sig-node;sig-aaa", "9", "@ana", "a9"],
        ["KEP-1", "2019-10-03T00:00:00Z", "authors", "@ana", "@ana;@ben", "9", "@ana", "a9"],
        *born("KEP-3", "2020-01-01T00:00:00Z", "Moved", "Network"),
        ["KEP-3", "2020-01-05T00:00:00Z", "owning_sig", "Network", "sig-net", "10", "@ana", "b1"],
        ["KEP-3", "2020-01-01T00:00:00Z", "status", "", "provisional|implementable", "10", "@ana", "b1"],
        ["KEP-3", "2020-02-01T00:00:00Z", "path", "keps/KEP-3.md", "keps/3/kep.yaml", "11", "@ana", "b2"],
        ["KEP-5", "2020-03-01T00:00:00Z", "owning_sig", "", "sig-node", "12", "@ana", "b3"],
        ["KEP-5", "2020-04-01T00:00:00Z", "title", "", "Late title", "13", "@ana", "b4"],
        ["KEP-5", "2020-04-01T00:00:00Z", "status", "", "provisional", "13", "@ana", "b4"],
    ]


__all__ = [
    "FIELDS", "make_twin", "now", "overlaps", "portfolio", "read", "replay", "run", "shared", "tracked",
    "write", "write_items",
]  # fmt: skip
