"""The rendered tree: its paths, its marks, and the folder on the disk."""
