"""The command line: `yanlian <verb> …`. Each verb is a thin door to a room below. Start reading at `main`."""

from yanlian.web.cli.main import main

__all__ = ["main"]
