"""Recalibration: maps from scores to better scores, how they are fitted, kept and applied."""
