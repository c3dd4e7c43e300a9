"""What Helm made, kept for the next run as far as it would be the same, and for nobody who lacks what it is made of."""
