"""What readers searched for and whether they found anything, without any trace of who asked."""
