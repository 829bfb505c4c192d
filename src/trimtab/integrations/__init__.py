"""Other systems and files: what comes in and goes out."""
