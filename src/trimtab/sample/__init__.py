"""The sample company: one believable firm with eighteen months of history, the same for everybody in the same week."""

from trimtab.sample.build import SampleSummary, build_sample_company
from trimtab.sample.content import Account

__all__ = ["Account", "SampleSummary", "build_sample_company"]
