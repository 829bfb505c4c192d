"""Files as bytes: what they are called, what they are, and where they are kept. Knows nothing of records."""
