"""What the end-to-end test stands on: a cluster of its own or one that is there, and who plays what it lacks."""
