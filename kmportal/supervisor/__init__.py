"""The supervisor: one process that starts the whole portal on one machine, watches over it and stops it."""
