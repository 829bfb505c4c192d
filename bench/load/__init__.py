"""Loads the measured set: through the tracked tables, as the application role, so that the triggers write the log."""
