"""The HTTP edge: turns requests into actors, clocks and lenses."""
