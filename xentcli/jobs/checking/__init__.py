"""Gates: requirements on figures, held against predictions, and what the data say of them."""
