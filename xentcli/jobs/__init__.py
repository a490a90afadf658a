"""What can be done with predictions: one file or folder a job."""
