"""What is refused when FEEL text is read or run: a code of `refusals/feel.yaml` with the place in the text."""

from __future__ import annotations

from yanlian.base.refusal import Refused


class FeelError(Refused):
    """A text that is not FEEL, or an evaluation that goes beyond its limits.

    Data: `where` (file or rule), `line`, `column`, `expected`, `found`, `hint`, as far as they are known.
    """
