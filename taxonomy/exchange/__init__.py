"""The vocabulary in and out: SKOS for the portal's own topics, MeSH as a vocabulary beside them."""
