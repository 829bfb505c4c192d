"""The plan: where work belongs, how big it is, where it stands, and what it hangs on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from trimtab.core.models import Record, Scoped, reference


class Precision(models.TextChoices):
    """How exactly a day is meant. ``later`` has no day."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    LATER = "later"


class Category(models.TextChoices):
    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    CANCELLED = "cancelled"


class Health(models.TextChoices):
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    UNKNOWN = "unknown"


class Horizon(models.TextChoices):
    NOW = "now"
    NEXT = "next"
    LATER = "later"


def precise(name: str, on: str, precision: str) -> models.CheckConstraint:
    """A day and its precision come together; ``later`` comes without a day."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{on}__isnull": True, f"{precision}__isnull": True})
        | Q(**{f"{on}__isnull": True, precision: Precision.LATER})
        | (Q(**{f"{on}__isnull": False, f"{precision}__isnull": False}) & ~Q(**{precision: Precision.LATER})),
    )


class Area(Record):
    """A node of the product tree: portfolio, product line, product."""

    name = models.CharField(max_length=200)
    parent = reference("roadmap.Area", null=True)
    owner = reference("accounts.Person", null=True)
    rank = models.CharField(max_length=60, db_collation="C", default="m")

    class Meta:
        constraints = [models.CheckConstraint(name="area_not_its_parent", condition=~Q(parent=F("id")))]

    def __str__(self) -> str:
        return self.name


class Level(Record):
    """A kind of item by size; a parent's ``rank`` is always higher than its child's."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="level_key", fields=["workspace_id", "key"]),
            models.UniqueConstraint(name="level_rank", fields=["workspace_id", "rank"]),
        ]

    def __str__(self) -> str:
        return self.name


class Track(Record):
    """A sequence of phases. The primary track's phase is the item's phase."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    primary = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="track_key", fields=["workspace_id", "key"]),
            models.UniqueConstraint(name="track_one_primary", fields=["workspace_id"], condition=Q(primary=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Phase(Record):
    """Where an item can be, in one track."""

    track = reference("roadmap.Track")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=20, choices=Category)
    position = models.PositiveIntegerField(default=0)
    review = models.JSONField(null=True, help_text="What an import could not be sure of.")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="phase_key", fields=["workspace_id", "track", "key"]),
            models.CheckConstraint(name="phase_category", condition=Q(category__in=Category.values)),
        ]

    def __str__(self) -> str:
        return self.name


class Dimension(Record):
    """A classification that a workspace gives its items: theme, investment category, segment."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    multiple = models.BooleanField(default=False, help_text="Whether an item may have several of its values.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="dimension_key", fields=["workspace_id", "key"])]

    def __str__(self) -> str:
        return self.name


class DimensionValue(Record):
    dimension = reference("roadmap.Dimension")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    color = models.CharField(max_length=20, blank=True, default="")
    target_share = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="dimension_value_key", fields=["workspace_id", "dimension", "key"]),
            models.CheckConstraint(name="dimension_value_share", condition=Q(target_share__range=(0, 1))),
        ]

    def __str__(self) -> str:
        return self.name


class ReleaseState(models.TextChoices):
    PLANNED = "planned"
    RELEASED = "released"


class Release(Record):
    """A version that ships, of one area or of all. ``released_on`` is when it shipped, or is to.

    A missing precision means the day itself. Where nobody has stated ``state``, the day says whether it has shipped.
    """

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    area = reference("roadmap.Area", null=True)
    starts_on = models.DateField(null=True)
    released_on = models.DateField(null=True)
    released_precision = models.CharField(max_length=10, choices=Precision, null=True)
    state = models.CharField(max_length=20, choices=ReleaseState, null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="release_key", fields=["workspace_id", "key"]),
            models.CheckConstraint(name="release_state", condition=Q(state__in=ReleaseState.values)),
            models.CheckConstraint(
                name="release_precise",
                condition=Q(released_precision__isnull=True)
                | (
                    Q(released_on__isnull=False, released_precision__in=Precision.values)
                    & ~Q(released_precision="later")
                ),
            ),
            models.CheckConstraint(
                name="release_shipped_when", condition=~Q(state=ReleaseState.RELEASED) | Q(released_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(Record):
    """A piece of planned work. Narrow on purpose: long text lies in ``ItemText``. Missing is null, never 0."""

    number = models.PositiveIntegerField()
    key = models.CharField(max_length=120, null=True, help_text="The name it has elsewhere, as people know it.")
    title = models.CharField(max_length=500)
    level = reference("roadmap.Level")
    area = reference("roadmap.Area", null=True)
    parent = reference("roadmap.Item", null=True)
    phase = reference("roadmap.Phase", null=True)
    owner = reference("accounts.Person", null=True)
    team = reference("accounts.Team", null=True)
    release = reference("roadmap.Release", null=True)
    start_on = models.DateField(null=True)
    start_precision = models.CharField(max_length=10, choices=Precision, null=True)
    end_on = models.DateField(null=True)
    end_precision = models.CharField(max_length=10, choices=Precision, null=True)
    health = models.CharField(max_length=20, choices=Health, null=True)
    health_note = models.CharField(max_length=500, null=True)
    horizon = models.CharField(max_length=10, choices=Horizon, null=True)
    benefit = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    progress = models.DecimalField(max_digits=5, decimal_places=2, null=True, help_text="Stated, in percent.")
    rank = models.CharField(max_length=120, db_collation="C")
    tags = ArrayField(models.CharField(max_length=60), default=list)
    custom = models.JSONField(default=dict)
    review = models.JSONField(null=True, help_text="Fields that an import could not be sure of, with the raw value.")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="item_number", fields=["workspace_id", "number"]),
            models.CheckConstraint(name="item_not_its_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(name="item_dates_ordered", condition=Q(start_on__lte=F("end_on"))),
            precise("item_start_precise", "start_on", "start_precision"),
            precise("item_end_precise", "end_on", "end_precision"),
            models.CheckConstraint(name="item_health", condition=Q(health__in=Health.values)),
            models.CheckConstraint(name="item_horizon", condition=Q(horizon__in=Horizon.values)),
            models.CheckConstraint(name="item_progress", condition=Q(progress__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return self.title


class ItemText(Record):
    """An item's description. ``id`` is the item's. The search vector beside it is a generated column made in SQL."""

    body = models.TextField(default="")


class ItemPhase(Record):
    """Where an item is in a track that is not the primary one."""

    item = reference("roadmap.Item")
    track = reference("roadmap.Track")
    phase = reference("roadmap.Phase")

    class Meta:
        constraints = [models.UniqueConstraint(name="item_phase_once", fields=["workspace_id", "item", "track"])]


class ItemValue(Record):
    """An item's value in a dimension."""

    item = reference("roadmap.Item")
    dimension = reference("roadmap.Dimension")
    value = reference("roadmap.DimensionValue")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="item_value_once", fields=["workspace_id", "item", "value"], include=["dimension"]
            )
        ]


class Estimate(Record):
    """A team's effort for an item in person-days: low, likely, high. One per item and team; the team may be missing."""

    item = reference("roadmap.Item")
    team = reference("accounts.Team", null=True)
    low = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    likely = models.DecimalField(max_digits=10, decimal_places=2)
    high = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="estimate_once", fields=["workspace_id", "item", "team"], nulls_distinct=False
            ),
            models.CheckConstraint(name="estimate_positive", condition=Q(likely__gte=0)),
            models.CheckConstraint(
                name="estimate_ordered",
                condition=(Q(low__isnull=True) | Q(low__lte=F("likely")))
                & (Q(high__isnull=True) | Q(high__gte=F("likely"))),
            ),
        ]


class RelationType(models.TextChoices):
    RELATES_TO = "relates_to"
    REPLACES = "replaces"
    DUPLICATES = "duplicates"


class Relation(Record):
    """Two items that have to do with each other. No order follows from it; cycles are allowed."""

    from_item = reference("roadmap.Item")
    to_item = reference("roadmap.Item")
    type = models.CharField(max_length=20, choices=RelationType)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="relation_once", fields=["workspace_id", "from_item", "to_item", "type"]),
            models.CheckConstraint(name="relation_not_itself", condition=~Q(from_item=F("to_item"))),
        ]


class DependencyType(models.TextChoices):
    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"


class DependencyState(models.TextChoices):
    """What people have stated. At risk, broken and met are computed: see ``Standing``."""

    ASKED = "asked"
    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"


class Standing(models.TextChoices):
    """How a dependency stands: what was stated, unless the facts say more. Never stored with the dependency."""

    ASKED = "asked"
    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    MET = "met"


def _by(name: str) -> models.CheckConstraint:
    """A day until which, and how exactly it is meant; a missing precision means the day itself."""
    on, precision = f"{name}_by", f"{name}_precision"
    return models.CheckConstraint(
        name=f"dependency_{name}_precise",
        condition=Q(**{f"{precision}__isnull": True})
        | (Q(**{f"{on}__isnull": False, f"{precision}__in": Precision.values}) & ~Q(**{precision: Precision.LATER})),
    )


class Dependency(Record):
    """``to_item`` waits for ``from_item``, ``lag_days`` calendar days after it. No cycles.

    The needing side (of ``to_item``) asks, ``needed_by`` a day; the giving side agrees and says ``promised_by`` when,
    declines with a ``reason``, or proposes another date. Days are the last ones of what their precisions say.
    """

    from_item = reference("roadmap.Item")
    to_item = reference("roadmap.Item")
    type = models.CharField(max_length=2, choices=DependencyType, default=DependencyType.FINISH_START)
    lag_days = models.IntegerField(default=0)
    needed_by = models.DateField(null=True)
    needed_precision = models.CharField(max_length=10, choices=Precision, null=True)
    promised_by = models.DateField(null=True)
    promised_precision = models.CharField(max_length=10, choices=Precision, null=True)
    proposed_by = models.DateField(null=True)
    proposed_precision = models.CharField(max_length=10, choices=Precision, null=True)
    reason = models.CharField(max_length=1000, null=True, help_text="Why it was declined, or another date proposed.")
    state = models.CharField(max_length=20, choices=DependencyState, default=DependencyState.ASKED)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="dependency_once", fields=["workspace_id", "from_item", "to_item", "type"]),
            models.CheckConstraint(name="dependency_not_itself", condition=~Q(from_item=F("to_item"))),
            models.CheckConstraint(name="dependency_stated", condition=Q(state__in=DependencyState.values)),
            models.CheckConstraint(
                name="dependency_declined_why", condition=~Q(state=DependencyState.DECLINED) | Q(reason__isnull=False)
            ),
            models.CheckConstraint(
                name="dependency_proposed_when",
                condition=Q(state=DependencyState.PROPOSED, proposed_by__isnull=False)
                | (~Q(state=DependencyState.PROPOSED) & Q(proposed_by__isnull=True)),
            ),
            _by("needed"),
            _by("promised"),
            _by("proposed"),
        ]


class DependencyTold(Record):
    """How a dependency was last seen to stand; ``id`` is the dependency's, and it goes with that.

    Only so that people are told once when it comes to stand otherwise: how it stands is computed, never read here.
    """

    standing = models.CharField(max_length=20, choices=Standing)
    since = models.DateTimeField()


class ItemRollup(Scoped):
    """What an item's children add up to; ``id`` is the item's. Kept by the database with a validity of its own."""

    children = models.PositiveIntegerField(default=0)
    effort = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    start_on = models.DateField(null=True)
    start_precision = models.CharField(max_length=10, null=True)
    end_on = models.DateField(null=True)
    end_precision = models.CharField(max_length=10, null=True)
    progress = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    health = models.CharField(max_length=20, null=True)
    missing_effort = models.PositiveIntegerField(default=0)
    missing_dates = models.PositiveIntegerField(default=0)
    missing_health = models.PositiveIntegerField(default=0)
    own_effort = models.DecimalField(max_digits=14, decimal_places=2, null=True)


from trimtab.roadmap import models_rules  # noqa: E402, F401 - Django finds models here
from trimtab.roadmap.models_delivery import (  # noqa: E402, F401 - Django finds models here
    Increment,
    ItemIncrement,
    Launch,
    LaunchCheck,
    LaunchItem,
    LaunchReady,
    LaunchRelease,
    Snapshot,
)
