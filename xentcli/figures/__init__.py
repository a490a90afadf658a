"""Sums read as figures: means, errors, intervals, tests."""
