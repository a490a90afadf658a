"""Bytes from files, pipes and compressed streams."""
