"""The drill of the updates: real workers, servers of its own, faults of every kind, and the sums afterwards."""
