"""Which database: SQLite in the data folder by default, PostgreSQL by DATABASE_URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def database_from_url(url: str, data: Path) -> dict[str, object]:
    """Django's settings for one database. An unknown scheme fails loudly and says which are accepted."""
    if not url:
        data.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "yanlian.sqlite3",
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing at the first write; WAL lets readers go on meanwhile.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(
            f"DATABASE_URL: scheme {parts.scheme!r} is not known; use postgresql://user:password@host/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }
