"""Is a draft fit to be approved? It is read together with everything else in force, and its worked cases are run."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.versions.in_force import folders_with
from yanlian.apps.policies.versions.texts import Texts, pack_id_in, texts_of
from yanlian.base.refusal import Language, Refused
from yanlian.engine.policy import PackFaults, load_packs, run_cases
from yanlian.engine.policy.fault import Fault
from yanlian.engine.policy.lint import review_folder
from yanlian.engine.policy.load import PACK_FILE

# Of each kind so many are kept with a version; the counts are of all.
MOST = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or warning, with its place and its sentence in both languages."""

    pack: str
    file: str
    line: int
    clause: str
    severity: str
    code: str
    zh: str
    en: str

    def text(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Failure:
    """A worked case that came out otherwise."""

    clause: str
    case: str
    file: str
    line: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found. `hash` names the whole set of packs that was tried, empty when it could not be read."""

    faults: Sequence[Finding]
    failures: Sequence[Failure]
    errors: int
    warnings: int
    cases: int
    passed: int
    hash: str

    @property
    def fit(self) -> bool:
        """No errors, and every worked case passes; a pack without any case proves nothing."""
        return self.errors == 0 and self.cases > 0 and self.passed == self.cases

    def as_data(self, revision: int) -> dict[str, object]:
        """As `PackVersion.findings` keeps it."""
        return {
            "revision": revision,
            "errors": self.errors,
            "warnings": self.warnings,
            "cases": self.cases,
            "passed": self.passed,
            "hash": self.hash,
            "faults": [asdict(one) for one in self.faults[:MOST]],
            "failures": [asdict(one) for one in self.failures[:MOST]],
        }


def check_texts_of(pack: str, texts: Texts, day: date, *, cases: bool = True) -> Findings:
    """The faults of a pack's texts among the other packs of a day, and what its cases give (unless not asked).

    An error in another pack counts too: once in force, the draft would stop everything.
    """
    rules = Path(settings.DATA) / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=rules, prefix=".trying-") as home:
        folders = folders_with(pack, texts, day, Path(home) / "packs")
        own = Path(home) / "packs" / pack
        found = [*_misnamed(pack, texts), *(_finding(one) for one in review_folder(own, day) if _is_open(one))]
        try:
            packs = load_packs(folders)
        except PackFaults as faults:
            found += [_finding(one) for one in faults.faults if one.severity == "error"]
            return _findings(found, [], 0, "")
        results = run_cases(packs, pack) if cases else []
        failed = [
            Failure(one.clause, one.case.name, one.case.file, one.case.line, one.text("zh"), one.text("en"))
            for one in results
            if not one.passed
        ]
        return _findings(found, failed, len(results), packs.hash)


@lru_cache(maxsize=32)
def faults_of(pack: str, files: tuple[tuple[str, str], ...], day: date) -> Findings:
    """The same without the cases, of texts by their digests: what a page shows after each saving."""
    return check_texts_of(pack, texts_of(dict(files)), day, cases=False)


def _findings(found: Sequence[Finding], failed: Sequence[Failure], cases: int, digest: str) -> Findings:
    once = list(dict.fromkeys(found))
    once.sort(key=lambda one: (one.severity, one.pack, one.file, one.line))
    errors = sum(one.severity == "error" for one in once)
    return Findings(once, failed, errors, len(once) - errors, cases, cases - len(failed), digest)


def _is_open(fault: Fault) -> bool:
    """What the writer of a pack still has to mend or to answer; hints need neither."""
    return not fault.accepted and fault.severity != "hint"


def _finding(fault: Fault) -> Finding:
    return Finding(
        fault.pack, fault.file, fault.line, fault.clause, fault.severity, fault.code, fault.text("zh"), fault.text("en")
    )


def _misnamed(pack: str, texts: Texts) -> list[Finding]:
    """The id in pack.yaml must be that of the version: it says whose version it is."""
    said = pack_id_in(texts.get(PACK_FILE, ""))
    if said in ("", pack):
        return []
    refusal = Refused("version_pack_id", found=said, expected=pack)
    return [_finding(Fault(pack, PACK_FILE, 1, "", refusal))]
