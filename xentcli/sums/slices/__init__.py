"""Sums by slice, and which slice a row falls into."""
