"""CSV files: the columns they have, read and written (docs/catalogue.md, CSV)."""
