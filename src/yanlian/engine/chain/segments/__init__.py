"""The state of each segment here, what to fill next, whom to attract, who leads: findings with the reason of each.

Start at `figures.py` (what is counted), then `grades.py` (`grade_segments`). Formulas: docs/reference/segments.md.
"""

from yanlian.engine.chain.segments.figures import (
    AreaFigures,
    Firm,
    SegmentFigures,
    Stand,
    Totals,
    area_figures,
    figures_of,
)
from yanlian.engine.chain.segments.grades import GRADES, Graded, Judged, grade_segment, grade_segments
from yanlian.engine.chain.segments.sensitivity import Margin, Moved, margins, moved
from yanlian.engine.chain.segments.thresholds import (
    Comparison,
    Grade,
    Thresholds,
    default_thresholds,
    read_thresholds,
)

__all__ = [
    "GRADES",
    "AreaFigures",
    "Comparison",
    "Firm",
    "Grade",
    "Graded",
    "Judged",
    "Margin",
    "Moved",
    "SegmentFigures",
    "Stand",
    "Thresholds",
    "Totals",
    "area_figures",
    "default_thresholds",
    "figures_of",
    "grade_segment",
    "grade_segments",
    "margins",
    "moved",
    "read_thresholds",
]
