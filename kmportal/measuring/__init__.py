"""Measuring the portal on content of its own, in a database of its own: how fast a search is, how well it finds."""
