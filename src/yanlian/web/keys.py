"""Secrets of this installation: made at random on first use, kept in the data folder, never in the repository."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def installation_key(data: Path, purpose: str) -> str:
    """The key for a purpose, from YANLIAN_KEY_<PURPOSE> or data/keys/<purpose> (made with mode 600 when absent)."""
    given = os.environ.get(f"YANLIAN_KEY_{purpose.upper()}")
    if given:
        return given
    file = data / "keys" / purpose
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: when two processes start at once, one writes and both read the same key.
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return file.read_text(encoding="ascii")
