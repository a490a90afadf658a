"""The formats that are read: one module each, which exports `READER` and is found by itself."""
