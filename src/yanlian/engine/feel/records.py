"""Records that are made in great numbers while a text is read: frozen for the type checker, plain slots when they run.

Making a record that is frozen at run time takes twice as long, and reading a text is making records.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """A decorator as `dataclasses.dataclass`; with `frozen` the records have a hash and nobody may change them."""
        return dataclasses.dataclass(slots=slots, unsafe_hash=frozen, kw_only=kw_only)


__all__ = ["dataclass"]
