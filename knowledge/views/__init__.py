"""The pages of know-how."""
