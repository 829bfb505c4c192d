"""What an import may refuse."""

from trimtab.core.errors import Conflict, Invalid
from trimtab.core.operations import Cancelled


class ImportRunning(Conflict):
    """The same import is under way in another process."""

    code = "import_running"


class BadArchive(Invalid):
    """No archive of a workspace, or a damaged one; the message says what is wrong with it."""

    code = "bad_archive"


class NewerData(Conflict):
    """Written by a newer version. ``extra.unknown`` names the migrations that this one does not know."""

    code = "newer_data"


class ImportCancelled(Cancelled):
    """Somebody asked it to stop; nothing was changed."""

    code = "import_cancelled"


class Undecided(Conflict):
    """Rows may be items that are here already, and nobody has said which. ``extra.rows`` counts them."""

    code = "undecided"


class NotReady(Conflict):
    """The step before this one is not done yet; the message says which."""

    code = "not_ready"


class FilesGone(Conflict):
    """The files of this import are no longer kept."""

    code = "files_gone"
