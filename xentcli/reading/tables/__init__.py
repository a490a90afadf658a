"""Tables of other programs, by way of the libraries that know them."""
