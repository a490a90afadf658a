"""The parts of the table that a terminal shows."""
