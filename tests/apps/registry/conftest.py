"""Fixtures of the registry's tests; the builders behind them are in registry_files.py."""

from registry_files import csv_file, firm, xlsx_file

__all__ = ["csv_file", "firm", "xlsx_file"]
