"""Forms of know-how."""
