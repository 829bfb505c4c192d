"""Measures Trimtab against its targets on a large, described set. ``python -m bench [FAMILY …]``."""
