"""The rules of a workspace about its items, and what people said about how fresh and how well they are."""

from django.db import models
from django.db.models import Q

from trimtab.core.models import Record, reference


class HealthStatement(Record):
    """Who stated an item's health, when, and until which day it holds; ``id`` is the item's.

    The health itself is the item's own. Without ``expires_on`` it holds until somebody says otherwise.
    """

    stated_at = models.DateTimeField()
    author = reference("accounts.Person", null=True)
    author_name = models.CharField(max_length=200, blank=True, default="")
    expires_on = models.DateField(null=True)


class Confirmation(Record):
    """Somebody looked at a field of an item and found it still true. One per item and field; the rest is history."""

    item = reference("roadmap.Item")
    field = models.CharField(max_length=120, help_text="As a query names it.")
    confirmed_at = models.DateTimeField()
    author = reference("accounts.Person", null=True)
    author_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="confirmation_once", fields=["workspace_id", "item", "field"])]


class FreshnessRule(Record):
    """A field of open items that must be looked at every ``days``; of one level, or of all that have no own rule."""

    field = models.CharField(max_length=120, help_text="As a query names it.")
    level = reference("roadmap.Level", null=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="freshness_rule_once", fields=["workspace_id", "field", "level"], nulls_distinct=False
            ),
            models.CheckConstraint(name="freshness_rule_days", condition=Q(days__range=(1, 3650))),
        ]

    def __str__(self) -> str:
        return f"{self.field} every {self.days} days"


class Layout(Record):
    """What an item shows, in which order, and what it must have: of a level and an area, either may be any.

    The nearest area above an item decides, and there its own level before any level.
    """

    level = reference("roadmap.Level", null=True)
    area = reference("roadmap.Area", null=True)
    sections = models.JSONField(
        default=list,
        help_text='[{"name": "Plan", "fields": [{"field": "owner", "required": "doing", "hidden": false}]}]',
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="layout_once", fields=["workspace_id", "level", "area"], nulls_distinct=False),
        ]
