"""Endpoints that belong to no single domain."""
