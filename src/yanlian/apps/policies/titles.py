"""What clauses and documents are called, for pages that only hold their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from yanlian.apps.policies.packs import packs_in_use
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.ui.words import t


@dataclass(frozen=True)
class ClauseTitle:
    """A clause as a list names it. A clause that left the packs is called by its id."""

    id: str
    title: str
    article: str = ""
    document: str = ""
    document_title: str = ""
    text: str = ""

    @property
    def place(self) -> str:
        """《document》article: what a notice and a receipt cite."""
        return f"《{self.document_title}》{self.article}" if self.document_title else self.id


def titles() -> Mapping[str, ClauseTitle]:
    """Clause id → its title, of the packs in use; empty when they cannot be read."""
    try:
        packs = packs_in_use()
    except (PackFaults, Refused):
        return {}
    return {
        one.id: ClauseTitle(
            id=one.id,
            title=one.source.title,
            article=one.source.article,
            document=one.document.source.id,
            document_title=one.document.source.title,
            text=one.source.text,
        )
        for one in packs.clauses
    }


def title_of(known: Mapping[str, ClauseTitle], clause: str) -> ClauseTitle:
    """The clause's title, or its id when it left the packs."""
    return known.get(clause) or ClauseTitle(clause, clause)


def document_titles() -> dict[str, str]:
    """Document id → title; empty when the packs cannot be read."""
    try:
        return {one.source.id: one.source.title for one in packs_in_use().documents}
    except (PackFaults, Refused):
        return {}


def document_title(known: Mapping[str, str], document: str) -> str:
    """The title in 书名号, or what stands for a round over several documents."""
    if not document:
        return t("多个文件", "Several documents")
    return f"《{known[document]}》" if document in known else document


def why_href(run: int, entity: str, clause: str, matter: str) -> str:
    """The page that explains an outcome of a run."""
    href = reverse("why", args=[run, entity, clause])
    return f"{href}?{urlencode({'matter': matter})}" if matter else href
