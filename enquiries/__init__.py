"""Questions to the library and knowledge team."""
