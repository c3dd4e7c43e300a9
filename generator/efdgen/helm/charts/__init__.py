"""Third-party charts: fetched, locked, cached and read. The only user of the network."""
