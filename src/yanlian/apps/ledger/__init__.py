"""Accounts, transfers in fen, bank files."""
