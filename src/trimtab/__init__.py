"""Trimtab: responsive product portfolio management."""

__version__ = "0.1.0"
