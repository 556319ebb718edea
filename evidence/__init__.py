"""Evidence: published and grey sources, their appraisals, and their import."""
