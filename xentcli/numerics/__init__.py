"""Arrays that know nothing of predictions: log and exp, exact sums, hashes, distributions."""
