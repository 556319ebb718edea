"""How the portal looks."""
