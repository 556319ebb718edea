"""What people save: lists of items with notes, kept for themselves or shared by one short address."""
