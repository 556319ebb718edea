"""What follows when allauth tells that an address was confirmed."""
