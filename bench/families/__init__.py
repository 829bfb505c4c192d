"""One module for each family of measurements; ``measure(bench)`` tells its lines."""
