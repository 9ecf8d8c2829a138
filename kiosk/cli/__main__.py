"""`python -m kiosk.cli`: the `muontra` command where it is not installed."""

from kiosk.cli.main import app

app(prog_name="muontra")
