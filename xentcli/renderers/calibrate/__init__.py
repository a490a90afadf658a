"""The forms that what `xent calibrate fit` found can take."""
