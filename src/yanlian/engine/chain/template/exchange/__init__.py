"""Chains in other formats and back: YAML, JSON, CSV (a folder or zip), XLSX, GraphML. Start at `convert.py`.

Every format is brought to the same tree as YAML and judged by the same reader; what is written is read back and must
say the same.
"""
