"""Book-drops that take one item at a time, on contacts and switched outputs."""
