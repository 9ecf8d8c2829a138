"""A new file, whole or not at all."""

import os
from pathlib import Path


def write_new_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Raises OSError: FileExistsError for one that is there already, which stays as it is.

    What a full disk cut off is taken away again: half a file would be taken for a whole one.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
    except OSError:
        path.unlink(missing_ok=True)
        raise
