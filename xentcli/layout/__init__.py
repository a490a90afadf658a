"""Which column is what, and by whose conventions."""
