"""MARC 21 records: read, understood, written (docs/catalogue.md, MARC)."""
