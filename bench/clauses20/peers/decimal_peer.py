"""A loop in Python over Decimal, row by row: the plainest exact way, measured over a sample and scaled by the runner.

The clauses are those of `../oracle.py`, which is written for reading; here they are applied to rows in memory.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from parameters import CLAUSES
from task import Task, run

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
