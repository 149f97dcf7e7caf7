"""Small models written in tests."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from yanlian.engine.feel.dmn.model import Model
from yanlian.engine.feel.dmn.program import Evaluated, Program, program
from yanlian.engine.feel.dmn.read import read_model

SPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(body: str, namespace: str = "urn:a", space: str = SPACE, more: str = "") -> Model:
    """A model with these elements."""
    text = f'<definitions xmlns="{space}" name="{namespace}" namespace="{namespace}" {more}>{body}</definitions>'
    return read_model(text.encode(), f"{namespace}.dmn")


def literal(text: str, kind: str = "") -> str:
    """A literal expression."""
    ref = f' typeRef="{kind}"' if kind else ""
    return f"<literalExpression{ref}><text>{escape(text)}</text></literalExpression>"


def decision(name: str, box: str, *needs: str, kind: str = "") -> str:
    """A decision; needs are `input:href`, `decision:href` or `knowledge:href`."""
    ref = f' typeRef="{escape(kind)}"' if kind else ""
    arrows = "".join(_arrow(*need.split(":", 1)) for need in needs)
    return f'<decision id="_{name}" name="{name}"><variable name="{name}"{ref}/>{arrows}{box}</decision>'


def _arrow(kind: str, href: str) -> str:
    target = href if "#" in href else f"#_{href}"
    if kind == "knowledge":
        return f'<knowledgeRequirement><requiredKnowledge href="{target}"/></knowledgeRequirement>'
    element = {"input": "requiredInput", "decision": "requiredDecision"}[kind]
    return f'<informationRequirement><{element} href="{target}"/></informationRequirement>'


def given(name: str, kind: str = "") -> str:
    """Input data."""
    ref = f' typeRef="{kind}"' if kind else ""
    return f'<inputData id="_{name}" name="{name}"><variable name="{name}"{ref}/></inputData>'


def knowledge(name: str, parameters: Mapping[str, str], box: str, *needs: str, kind: str = "") -> str:
    """A business knowledge model."""
    formal = "".join(
        f'<formalParameter name="{p}"{f" typeRef={chr(34)}{t}{chr(34)}" if t else ""}/>' for p, t in parameters.items()
    )
    ref = f' typeRef="{kind}"' if kind else ""
    arrows = "".join(_arrow(*need.split(":", 1)) for need in needs)
    logic = f"<encapsulatedLogic>{formal}{box}</encapsulatedLogic>"
    return (
        f'<businessKnowledgeModel id="_{name}" name="{name}"><variable name="{name}"{ref}/>{logic}{arrows}'
        "</businessKnowledgeModel>"
    )


def run(made: Program | Model, name: str, inputs: Mapping[str, object] | None = None) -> object:
    """The value of one decision."""
    return evaluated(made, name, inputs).values[name]


def evaluated(made: Program | Model, name: str, inputs: Mapping[str, object] | None = None) -> Evaluated:
    """One decision with its warnings and problems."""
    ready = program(made) if isinstance(made, Model) else made
    return ready.evaluate([name], inputs or {})
