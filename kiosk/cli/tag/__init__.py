"""`muontra tag`: what stands on a tag, and what to write on one."""

import typer

from kiosk.cli.tag import decoding, encoding

app = typer.Typer(help="Read, write, secure and release library tags.", no_args_is_help=True)
app.command(epilog=decoding.EXAMPLES)(decoding.decode)
app.command(epilog=encoding.EXAMPLES)(encoding.encode)
