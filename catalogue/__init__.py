"""What can be found: items of every kind, who may see them, search, topic pages and exchange formats."""
