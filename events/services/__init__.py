"""Every change to events, bookings, campaigns and what people say that has consequences."""
