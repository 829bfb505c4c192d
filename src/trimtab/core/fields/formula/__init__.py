"""A small language for fields that are computed: lex, parse, check types and units, compile to SQL that cannot raise.

A formula has no loops and names fields by their keys. What it refuses it tells the place of, and how to mend it.
Missing is missing: what is computed from a missing value is missing, never 0. Numbers are kept to ten decimals.
"""

from trimtab.core.fields.formula.check import checked
from trimtab.core.fields.formula.fields import Leaf, leaf_of
from trimtab.core.fields.formula.help import completed, nearest, renamed, written
from trimtab.core.fields.formula.nodes import FormulaProblem, Kind, names
from trimtab.core.fields.formula.parse import parse
from trimtab.core.fields.formula.sql import Compiled, compiled

__all__ = [
    "Compiled",
    "FormulaProblem",
    "Kind",
    "Leaf",
    "checked",
    "compiled",
    "completed",
    "leaf_of",
    "names",
    "nearest",
    "parse",
    "renamed",
    "written",
]
