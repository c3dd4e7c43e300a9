"""What a cluster makes of objects: which APIs it serves, and what its schemas say."""
