"""What collaboration refuses."""

from trimtab.core.errors import Conflict, Invalid, TooLarge, Unavailable


class NoPerson(Conflict):
    """The caller is nobody in particular here: only a person reacts, watches and prefers."""

    code = "no_person"


class PastIsReadOnly(Conflict):
    """The caller looks at another day or a draft; only today is talked about."""

    code = "past_is_read_only"


class FileTooLarge(TooLarge):
    """``extra.limit_bytes`` is the most that one file may have."""

    code = "file_too_large"


class QuotaReached(TooLarge):
    """The workspace's files take all the room they may. ``extra.quota_bytes`` and ``extra.used_bytes`` say how much."""

    code = "quota_reached"


class FileTypeRefused(Invalid):
    """Files of this kind are not taken here. ``extra.content_type`` is what the bytes are."""

    code = "file_type_refused"


class StoreUnavailable(Unavailable):
    """Where files are kept does not answer."""

    code = "store_unavailable"
