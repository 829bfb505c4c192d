"""What the sources of the roadmap are made of: the usual fields, and the usual kinds of source."""

from typing import Any

from django.db import models

from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldSpec, Key, Option, Source, source

BY_NAME = (Key('lower({r}.name collate "C")', "text", nullable=False),)
BY_POSITION = (Key("{r}.position", "integer", nullable=False), *BY_NAME)
KEY_OR_NAME = "(lower({r}.key) = {word} or lower({r}.name) = {word})"


def options(choices: type[models.TextChoices]) -> tuple[Option, ...]:
    return tuple(Option(value, str(label).capitalize()) for value, label in choices.choices)


def text(name: str, label: str, column: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, K.TEXT, "{r}." + (column or name), **more)


def number(name: str, label: str, sql: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, K.NUMBER, sql or "{r}." + name, **more)


def ref(name: str, label: str, entity: str, column: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, K.REF, "{r}." + (column or f"{name}_id"), entity=entity, **more)


def choice(name: str, label: str, choices: type[models.TextChoices], sql: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, K.CHOICE, sql or "{r}." + name, options=options(choices), **more)


def day(name: str, label: str, column: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, K.DATE, "{r}." + (column or name), **more)


def common() -> list[FieldSpec]:
    return [
        FieldSpec("created", "Created", K.INSTANT, "{r}.created_at", nullable=False),
        FieldSpec("updated", "Updated", K.INSTANT, "{r}.updated_at", nullable=False),
    ]


def plain(entity: str, label: str, fields: list[FieldSpec], **more: Any) -> Source:
    return source(entity, label, more.pop("name", "{r}.name"), [*fields, *common()], **more)


def keyed(entity: str, label: str, *fields: FieldSpec, **more: Any) -> Source:
    names = [text("key", "Key", nullable=False), FieldSpec("name", "Name", K.PROSE, "{r}.name", nullable=False)]
    settings = {"match": KEY_OR_NAME, "written": "{r}.key", "order": BY_NAME, "default_sort": (("name", False),)}
    return plain(entity, label, [*names, *fields], **settings | more)
