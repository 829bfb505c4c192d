"""The plan: areas, levels, phases, items and what connects them."""
