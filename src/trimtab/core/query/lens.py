"""The one place that turns a kind of record and a point of view into something to select from."""

from trimtab.core import organisation
from trimtab.core.actors import Lens
from trimtab.core.errors import Unavailable

VERSION = "version_row"
"""What tells a past relation's rows apart: one record's versions share its id."""
LOG = "change"
"""The log of the workspace, which is read like a kind of record."""
AS_OF = "%(as_of)s::timestamptz"
KNOWN_ON = "%(known_on)s::timestamptz"


def rel(entity: str, lens: Lens) -> str:
    """A relation with the columns of ``entity``, of this workspace, as ``lens`` sees it.

    ``change`` is the log itself: what had happened by then, and is not undone.

    Past relations take the parameters of ``parameters``. Raises Unavailable for a draft plan.
    """
    if lens.scenario is not None:
        raise Unavailable("Draft plans are not available yet.")
    if entity == LOG:
        return _log(lens)
    if lens.is_live:
        return f"scoped.{entity}"
    if lens.organised_today and entity in organisation.KINDS:
        return f"(select * from scoped.{entity}_version v where {_today_or_then(entity, lens)})"
    return f"(select * from scoped.{entity}_version where {_seen(lens)})"


def _log(lens: Lens) -> str:
    if lens.is_live:
        return "(select * from scoped.change where voided_at is null)"
    known = "voided_at is null"
    if lens.known_on is not None:
        known = f"recorded_at <= {KNOWN_ON} and (voided_at is null or voided_at > {KNOWN_ON})"
    return f"(select * from scoped.change where at <= {AS_OF} and {known})"


def _today_or_then(entity: str, lens: Lens) -> str:
    """What there is today; what there was then alone stays, for there may be nothing that it became."""
    now = "voided_at is null and upper_inf(during)"
    later = f"select from scoped.{entity}_version o where o.id = v.id and o.voided_at is null and upper_inf(o.during)"
    return f"(({now}) or ({_seen(lens)} and not exists ({later})))"


def everything(entity: str, lens: Lens) -> tuple[str, dict[str, object]]:
    """The statement, and its parameters, for all records of ``entity`` as ``lens`` sees them, in no order.

    For ``objects.raw``; what a version holds beyond its record's columns comes along. Raises as ``rel`` does.
    """
    return f"select * from {rel(entity, lens)} r", parameters(lens)


def _seen(lens: Lens) -> str:
    if lens.known_on is None:
        return f"during @> {AS_OF} and voided_at is null"
    return (
        f"recorded_at <= {KNOWN_ON} and (voided_at is null or voided_at > {KNOWN_ON}) and lower(during) <= {AS_OF}"
        f" and (upper_inf(during) or upper(during) > {AS_OF} or closed_recorded_at > {KNOWN_ON})"
    )


def parameters(lens: Lens) -> dict[str, object]:
    """What the relations of ``lens`` need; what is asked "as known on" alone is asked as of that instant."""
    if lens.is_live:
        return {}
    return {"as_of": lens.as_of or lens.known_on, "known_on": lens.known_on}
