"""What the layers above may ask of collaboration. Takes ids, gives frozen values."""
