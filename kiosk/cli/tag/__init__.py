"""`muontra tag`: what stands on a tag, and what to write on one."""

import typer

from kiosk.cli.tag import decoding, encoding, reading, securing, writing

app = typer.Typer(help="Read, write, secure and release library tags.", no_args_is_help=True)
app.command(epilog=reading.READ_EXAMPLES)(reading.read)
app.command(epilog=reading.DUMP_EXAMPLES)(reading.dump)
app.command(epilog=decoding.EXAMPLES)(decoding.decode)
app.command(epilog=encoding.EXAMPLES)(encoding.encode)
app.command(epilog=writing.WRITE_EXAMPLES)(writing.write)
app.command(epilog=securing.SECURE_EXAMPLES)(securing.secure)
app.command(epilog=securing.RELEASE_EXAMPLES)(securing.release)
app.command(epilog=writing.BLANK_EXAMPLES)(writing.blank)
