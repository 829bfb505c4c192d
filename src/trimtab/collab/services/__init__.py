"""Writing: the only doors through which comments, files and watchers change."""
