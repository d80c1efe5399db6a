"""The work done with the catalogue."""
