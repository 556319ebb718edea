"""Know-how: techniques, contribution, moderation, confirmation, champions."""
