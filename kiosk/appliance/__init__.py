"""A machine set up as a station or service: what is laid where, and how it is taken back."""
