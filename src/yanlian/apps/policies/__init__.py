"""Packs in force, runs and their outcomes."""
