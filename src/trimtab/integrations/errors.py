"""What an import may refuse."""

from trimtab.core.errors import Conflict


class ImportRunning(Conflict):
    """The same import is under way in another process."""

    code = "import_running"


class ImportCancelled(Conflict):
    """Somebody asked it to stop; nothing was changed."""

    code = "import_cancelled"
