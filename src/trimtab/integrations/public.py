"""What the layers above may ask of the integrations."""

from trimtab.integrations.errors import ImportCancelled, ImportRunning
from trimtab.integrations.files.recipe import BadRecipe, Recipe, load, loads
from trimtab.integrations.files.report import Rejection, Report
from trimtab.integrations.files.stage import Source
from trimtab.integrations.services import Progress, import_files, undo_import

__all__ = [
    "BadRecipe",
    "ImportCancelled",
    "ImportRunning",
    "Progress",
    "Recipe",
    "Rejection",
    "Report",
    "Source",
    "import_files",
    "load",
    "loads",
    "undo_import",
]
