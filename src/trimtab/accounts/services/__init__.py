"""The only writers of accounts. Each opens a transaction, checks, locks, refuses, changes: in that order."""
