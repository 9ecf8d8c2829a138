"""The rules of lending, pure: no clock, no files, no database (docs/circulation.md)."""
