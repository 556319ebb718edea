"""The one list of topics: names, entry terms, ambiguous abbreviations, broader and narrower."""
