"""What stands on a library item's tag: data models, element table, chips, security state."""
