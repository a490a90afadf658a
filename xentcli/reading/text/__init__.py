"""Rows of text: CSV and its kin, JSON lines."""
