"""Finds out how a file is written: its format, encoding, separator, quote, header row."""

import codecs
import csv
import json
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from charset_normalizer import from_bytes

from trimtab.integrations.files.reading.spec import NO_HEADER, BadFile, Recognised

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "is a workbook of the old Excel; save it as .xlsx or CSV"),
    (b"%PDF", "is a PDF"),
    (b"\x89PNG", "is an image"),
    (b"\xff\xd8\xff", "is an image"),
    (b"GIF8", "is an image"),
    (b"\x1f\x8b", "is packed with gzip; unpack it first"),
    (b"7z\xbc\xaf", "is packed with 7-Zip; unpack it first"),
    (b"Rar!", "is packed with RAR; unpack it first"),
    (b"SQLite format 3", "is a database"),
)
_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_RECORDS = 40
_LOOK_FOR_HEADER = 20
_DATUM = re.compile(
    r"[+-]?[\d.,'’\s]*\d\s?[%€$£]?|\d{1,4}[-/.]\w{1,9}[-/.]\d{1,4}(?:[T ,].*)?|\S+@\S+\.\S+|https?://\S+"
    r"|true|false|yes|no",
    re.IGNORECASE,
)
_JSON_START = re.compile(r'\s*(?:\[\s*(?:[\[{"\]\d-]|true|false|null)|\{\s*["}])')
_WESTERN = frozenset({"ascii", "latin_1", "iso8859_1", "iso8859_15", "cp1252", "mac_roman", "utf_8", "hp_roman8"})
_USUAL = frozenset({"cp1252", "cp1250", "cp1251", "shift_jis", "cp932", "gb18030", "big5", "euc_kr", "cp949"})
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|table|\?xml|meta|head)", re.IGNORECASE)


def format_of(path: Path) -> Recognised:
    """csv (TSV is told by its separator), xlsx or json. Raises BadFile: something else, with what it looks like."""
    with path.open("rb") as file:
        start = file.read(8192)
    if start.startswith(b"PK\x03\x04"):
        return _workbook(path)
    for mark, what in _FOREIGN:
        if start.startswith(mark):
            raise BadFile(f"{path.name} {what}. CSV, TSV, XLSX and JSON can be read.")
    body = start.removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(body):
        raise BadFile(f"{path.name} is HTML or XML, whatever its name says. CSV, TSV, XLSX and JSON can be read.")
    if _JSON_START.match(body.decode("utf-8", errors="replace")) and _is_json(path, body):
        return Recognised("json", 0.95, "it begins as JSON does")
    _refuse_binary(path, start)
    return Recognised("csv", 0.9, "it is text in lines")


def _is_json(path: Path, start: bytes) -> bool:
    """By its name; else by its beginning, which as CSV would be a header in brackets."""
    if path.suffix.casefold() in {".json", ".jsonl"}:
        return True
    text = start.decode("utf-8", errors="replace").lstrip()
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as wrong:
        return wrong.pos > min(len(text), 200) * 0.9 or (len(text) >= 8000 and wrong.pos > 500)
    except (ValueError, RecursionError):
        return False
    return True


def _workbook(path: Path) -> Recognised:
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as wrong:
        raise BadFile(f"{path.name} is a damaged archive: {wrong}.") from wrong
    if "xl/workbook.xml" in names:
        return Recognised("xlsx", 1, "it is a workbook")
    raise BadFile(f"{path.name} is an archive, but no .xlsx workbook. Unpack it, or save it as .xlsx.")


def _refuse_binary(path: Path, start: bytes) -> None:
    if start.startswith(tuple(mark for mark, _ in _MARKS)) or _without_mark(start):
        return
    strange = sum(byte < 9 or 13 < byte < 32 for byte in start)
    if len(start) >= 64 and strange > len(start) / 10:
        raise BadFile(f"{path.name} is no text. CSV, TSV, XLSX and JSON can be read.")


def encoding_of(path: Path) -> Recognised:
    """By its byte order mark; else UTF-8 when every byte is; else by how often its letters occur in languages."""
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return Recognised(name, 1, "it has a byte order mark")
        if name := _without_mark(start):
            return Recognised(name, 0.9, "every other byte is blank")
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        at = 0
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
                at += len(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as wrong:
            return _guess(path, max(at + wrong.start - _SAMPLE // 4, 0))
    return Recognised("utf-8", 1, "every byte of it is UTF-8")


def _without_mark(start: bytes) -> str:
    """UTF-16 without a mark, told by its blank bytes; empty when it is none."""
    if len(start) < 4:
        return ""
    even, odd = start[::2].count(0) / len(start[::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else ""


def _guess(path: Path, begin: int) -> Recognised:
    """What the bytes around the first one that is no UTF-8 look like."""
    with path.open("rb") as file:
        file.seek(begin)
        sample = b"".join(line for line in file.read(_SAMPLE).splitlines(keepends=True) if not line.isascii())[:16384]
    best = from_bytes(sample, steps=2, chunk_size=2048).best()
    name = best.encoding if best is not None else "cp1252"
    usual = name in _USUAL
    if name in _WESTERN or (not usual and len(sample) < 200):
        name = "cp1252"
    return Recognised(name, 0.7 if usual else 0.5, "it is no UTF-8, and its letters fit this best")


def delimiter_of(text: str, quote: str = '"') -> Recognised:
    """The separator by which the first records fall into columns most evenly."""
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        widths = [len(cells) for cells in _records(text, delimiter, quote)]
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        if width > 1 and (times / len(widths), width) > best:
            best, chosen = (round(times / len(widths), 1), width), delimiter
    if best[1] == 0:
        return Recognised(chosen, 0.5, "there is one column only")
    return Recognised(chosen, min(0.99, 0.5 + best[0] / 2), f"it cuts most records into {best[1]} columns")


def quote_of(text: str, delimiter: str) -> Recognised:
    """The mark around cells that hold separators."""
    double = text.count(f'{delimiter}"') + text.count(f'"{delimiter}')
    single = min(text.count(f"{delimiter}'"), text.count(f"'{delimiter}"))
    if single >= 3 and single > double:
        return Recognised("'", 0.8, "cells stand in single quotes")
    return Recognised('"', 1 if double else 0.9, "cells stand in double quotes" if double else "no cell is quoted")


def _records(text: str, delimiter: str, quote: str) -> list[list[str]]:
    """The first records; the last, which the sample may have cut, only when there is no other."""
    found: list[list[str]] = []
    try:
        for cells in csv.reader(text.splitlines(keepends=True), delimiter=delimiter, quotechar=quote):
            if any(cells):
                found.append(cells)
            if len(found) > _RECORDS:
                break
    except csv.Error:
        pass
    return found[:-1] if len(found) > 1 and not text.endswith(("\n", "\r")) else found


def header_of(records: Sequence[tuple[int, Sequence[str]]]) -> Recognised:
    """The row with the columns' names among the first records: the first that is about as wide as the rest, and text.

    Titles and notes above it are narrower; data are numbers, dates and addresses.
    """
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in records]
    widest = max(widths, default=0)
    for (number, cells), width in list(zip(records, widths, strict=True))[:_LOOK_FOR_HEADER]:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if width >= max(min(2, widest), widest * 0.5) and _looks_like_names(filled):
            why = "it holds names" if number == 1 else f"the {number - 1} rows above it hold less"
            return Recognised(str(number), 0.95 if number == 1 else 0.8, why)
    return Recognised(str(NO_HEADER), 0.5, "no row at the top holds names")


def _looks_like_names(filled: Sequence[str]) -> bool:
    data = sum(bool(_DATUM.fullmatch(cell)) or len(cell) > 120 for cell in filled)
    return data <= len(filled) * 0.3
