"""Recognises files: their layout, what each column means, and proposes the recipe that imports them."""

from trimtab.integrations.files.recognise.known import KnownField, KnownFields, KnownLevel, known_fields
from trimtab.integrations.files.recognise.proposal import ColumnProposal, FileProposal, LayoutScore, Proposal
from trimtab.integrations.files.recognise.propose import propose

__all__ = [
    "ColumnProposal", "FileProposal", "KnownField", "KnownFields", "KnownLevel", "LayoutScore", "Proposal",
    "known_fields", "propose",
]  # fmt: skip
