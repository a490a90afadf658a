"""The forms that reports side by side take, one module each, as `renderers` finds them."""
