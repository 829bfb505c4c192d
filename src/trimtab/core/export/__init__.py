"""Any query as a file: CSV, XLSX, JSON, Markdown, a calendar. Read page by page from one snapshot, in flat memory."""

from trimtab.core.export.formats import FORMATS, Format
from trimtab.core.export.queries import list_records
from trimtab.core.export.services import BOM, Export, begin, check, record, write

__all__ = ["BOM", "FORMATS", "Export", "Format", "begin", "check", "list_records", "record", "write"]
