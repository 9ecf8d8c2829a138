"""The commands of `muontra-service`, one module for each family."""
