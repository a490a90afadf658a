"""Files of columns: Parquet, Arrow, ORC."""
