"""What of a device's settings may be shown, kept and sent."""

import re
from collections.abc import Mapping
from typing import Any

SECRET = re.compile(r"secret|password|passwd|pin$|token|key", re.IGNORECASE)


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Secrets are files beside a configuration; what its settings might hold is struck out."""
    return {key: "…" if SECRET.search(key) else value for key, value in settings.items()}
