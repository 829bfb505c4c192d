"""Importing files: at once from the command line, or step by step in a session that people watch."""
