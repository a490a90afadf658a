"""From a sum to frozen, unrounded values."""
