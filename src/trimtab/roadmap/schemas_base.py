"""What the bodies of all requests share."""

from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Precision = Literal["day", "month", "quarter", "half", "year", "later"]
DatePrecision = Literal["day", "month", "quarter", "half", "year"]
"""How exactly a date is meant that has to be one."""


class Body(Schema):
    """A request body: unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class Change(Body):
    """``version`` is the one that was read; ``set`` names the fields to write."""

    version: int = Field(ge=1)
