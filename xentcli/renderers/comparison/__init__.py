"""The forms that comparisons take, one module each, as `renderers` finds them."""
