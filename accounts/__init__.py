"""Who people are: user, organisation, role, and their rights over their own data."""
