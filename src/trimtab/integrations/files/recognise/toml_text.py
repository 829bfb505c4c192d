"""Writes a recipe as TOML text."""

from collections.abc import Mapping, Sequence
from typing import Any


def write(content: Mapping[str, Any]) -> str:
    """TOML of nested dicts, lists and plain values; what is None or empty is left out."""
    lines: list[str] = []
    _table(content, (), lines)
    return "\n".join(lines).strip() + "\n"


def _table(content: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    inner: list[tuple[str, Any]] = []
    for key, value in content.items():
        if value is None or (isinstance(value, Mapping | list | tuple) and not value and key not in {"columns"}):
            continue
        if (isinstance(value, Mapping) and not _is_inline(path)) or (
            isinstance(value, list) and value and isinstance(value[0], Mapping)
        ):
            inner.append((key, value))
        else:
            lines.append(f"{quoted_key(key)} = {_value(value)}")
    for key, value in inner:
        name = ".".join(map(quoted_key, (*path, key)))
        for part in value if isinstance(value, list) else [value]:
            lines.append("")
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            _table(part, (*path, key), lines)


def _is_inline(path: tuple[str, ...]) -> bool:
    """Tables of these parts stand on one line each."""
    return path[-1:] in {("fields",), ("phases",), ("types",)} or path[:1] in {("records",)}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        parts = ", ".join(
            f"{quoted_key(key)} = {_value(one)}" for key, one in value.items() if one not in (None, {}, [], ())
        )
        return f"{{ {parts} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_value, value))}]"
    return _quoted(str(value))


def quoted_key(key: str) -> str:
    """A key as TOML wants it: bare where it can be."""
    bare = bool(key) and all(character.isascii() and (character.isalnum() or character in "_-") for character in key)
    return key if bare else _quoted(key)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str) -> str:
    return (
        '"'
        + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
        + '"'
    )
