"""The formats that are read, one module each, which exports `READER`; adding one is all it takes."""
