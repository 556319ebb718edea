"""Writing one reader's mail, its preview and its page in the browser: one way for all three."""
