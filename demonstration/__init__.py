"""Demonstration content: an invented service to try the portal on. Production does not install it."""
