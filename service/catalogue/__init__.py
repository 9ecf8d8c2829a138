"""The catalogue: searched, brought in from other systems, given to them (docs/catalogue.md)."""
