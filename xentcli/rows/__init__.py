"""Record batches as checked batches: the only place that rejects or drops a row."""
