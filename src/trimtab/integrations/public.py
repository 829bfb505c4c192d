"""What the layers above may ask of the integrations."""

from trimtab.integrations.archive.read import Arrived, read_archive
from trimtab.integrations.archive.take_out import ask_for_archive, note_archive
from trimtab.integrations.archive.write import write_archive
from trimtab.integrations.errors import ImportCancelled, ImportRunning, Undecided
from trimtab.integrations.files.recipe import BadRecipe, Recipe, load, loads
from trimtab.integrations.files.report import Rejection, Report
from trimtab.integrations.files.source import Source
from trimtab.integrations.models import Choice
from trimtab.integrations.queries import Ambiguous, Candidate
from trimtab.integrations.services.decisions import Decide, Pick, all_alike
from trimtab.integrations.services.imports import import_files
from trimtab.integrations.services.mapping import propose_for
from trimtab.integrations.services.run import Progress
from trimtab.integrations.services.undo import undo_batch, undo_change_set

__all__ = [
    "Ambiguous",
    "Arrived",
    "BadRecipe",
    "Candidate",
    "Choice",
    "Decide",
    "ImportCancelled",
    "ImportRunning",
    "Pick",
    "Progress",
    "Recipe",
    "Rejection",
    "Report",
    "Source",
    "Undecided",
    "all_alike",
    "ask_for_archive",
    "import_files",
    "load",
    "loads",
    "note_archive",
    "propose_for",
    "read_archive",
    "undo_batch",
    "undo_change_set",
    "write_archive",
]
