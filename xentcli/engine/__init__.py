"""The one loop over batches: in threads, in processes."""
