"""The catalogue: what is asked."""
