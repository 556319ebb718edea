"""Learning resources, paths through them, and each person's own learning record."""
