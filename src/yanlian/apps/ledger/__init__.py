"""Accounts and transfers in fen; bank files. May import registry and people. Start reading at `models.Transfer`."""
