"""Following, one page to manage it all, stopping, reading in the browser, feeds, and what machines ask."""
