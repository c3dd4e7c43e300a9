"""What a run keeps for the next one, outside of the repository: it saves time, and changes no answer."""
