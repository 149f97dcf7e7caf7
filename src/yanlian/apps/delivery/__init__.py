"""Rounds, entitlements, publicity, objections, payments."""
