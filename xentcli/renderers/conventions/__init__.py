"""The forms that one loss under the conventions of every system can take."""
