"""The service's database: tables, connections, migrations (docs/database.md)."""
