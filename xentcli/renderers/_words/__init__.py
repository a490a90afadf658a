"""What figures are called, and how they are rounded and ordered for a reader."""
