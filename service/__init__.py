"""The central side: wire contract, circulation rules, database and server."""
