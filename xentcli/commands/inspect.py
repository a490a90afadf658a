"""`xent inspect`."""
def inspect_command() -> None:
    """x"""
