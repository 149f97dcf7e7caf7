"""The business day that pages hand to actions: today in Shanghai. Tests set another day here, and only here."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yanlian.ui.numbers import SHANGHAI


def today() -> date:
    """The day it is in Shanghai, whatever the clock of the server says."""
    return timezone.localdate(timezone=SHANGHAI)
