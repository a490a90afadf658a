"""Comparisons: the losses of two or more models on the same rows, and the differences' sums."""
