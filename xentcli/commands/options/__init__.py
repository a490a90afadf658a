"""What the commands can be asked for."""
