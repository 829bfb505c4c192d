"""What accounts refuses, each by its name."""

from trimtab.core.errors import Conflict, Forbidden, Invalid


class SlugTaken(Conflict):
    """Another workspace has this address."""

    code = "slug_taken"


class KeyTaken(Conflict):
    """Another record of this workspace has this key."""

    code = "key_taken"


class UserExists(Conflict):
    """Somebody signs in with this address already."""

    code = "user_exists"


class AlreadyMember(Conflict):
    code = "already_member"


class LastAdmin(Conflict):
    """A workspace keeps at least one active admin."""

    code = "last_admin"


class TeamCycle(Conflict):
    """A team cannot lie below itself."""

    code = "team_cycle"


class StillUsed(Conflict):
    """Other records point at it."""

    code = "still_used"


class SignInNeeded(Forbidden):
    """Tokens cannot make tokens: a stolen one would live for ever."""

    code = "sign_in_needed"


class WeakPassword(Invalid):
    code = "weak_password"
