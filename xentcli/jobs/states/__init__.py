"""State files: what a run added up, to be merged, read and compared without its rows."""
