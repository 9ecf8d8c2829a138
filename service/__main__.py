"""`python -m service` is `muontra-service`."""

from service.cli import app

app()
