"""What the roadmap refuses."""

from trimtab.core.errors import Conflict, Invalid


class DatesInverted(Invalid):
    """The end lies before the start."""

    code = "dates_inverted"


class WrongLevel(Conflict):
    """A parent must be of a higher level than its child."""

    code = "wrong_level"


class CircularDependency(Conflict):
    """Something would wait for itself. ``extra.from_id`` and ``extra.to_id`` are the ends that were asked for."""

    code = "circular_dependency"


class HasChildren(Conflict):
    """Not deleted, because other items lie under it. ``extra.children`` counts them, of all depths."""

    code = "has_children"


class InUse(Conflict):
    """Not deleted, because records point to it. ``extra.counts`` says how many of what."""

    code = "in_use"


class AlreadyExists(Conflict):
    """Another record has this key already. ``extra.key`` names it."""

    code = "already_exists"


class RequiredMissing(Invalid):
    """A write would leave out what an item must have. ``extra.missing`` lists the fields."""

    code = "required_missing"


class PastIsReadOnly(Conflict):
    """The caller looks at another day or a draft; only today's plan can be written."""

    code = "past_is_read_only"


class WrongState(Conflict):
    """This cannot follow on the state that it is in. ``extra.state`` is that state."""

    code = "wrong_state"


class Overlaps(Conflict):
    """Another increment of this kind and team has some of these days already."""

    code = "overlaps"
