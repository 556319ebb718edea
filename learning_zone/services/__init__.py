"""Every change in the Learning Zone that has consequences."""
