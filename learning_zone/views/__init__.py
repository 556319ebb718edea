"""The pages of the Learning Zone."""
