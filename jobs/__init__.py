"""Long work: the job row, its progress, resuming, the sweep."""
