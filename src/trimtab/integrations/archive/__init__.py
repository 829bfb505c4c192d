"""A whole workspace as one open file, with its full history, and a workspace from such a file."""
