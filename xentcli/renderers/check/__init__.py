"""The forms that what `xent check` found can take."""
