"""Every change to know-how that has consequences."""
