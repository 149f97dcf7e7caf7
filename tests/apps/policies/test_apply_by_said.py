"""What is still to be applied for says until when, wherever reasons are told."""

from __future__ import annotations

from django.utils.translation import override

from yanlian.apps.policies.results import reason_texts
from yanlian.engine.dossier import load_schema


def test_an_outcome_that_waits_for_an_application_says_until_when_in_both_languages() -> None:
    said = {}
    for language in ("zh-hans", "en"):
        with override(language):
            said[language] = reason_texts({"apply_by": "2025-06-01"}, load_schema())
    assert said == {"zh-hans": ["尚须申报，截止2025-06-01"], "en": ["Still to be applied for, by 2025-06-01"]}
