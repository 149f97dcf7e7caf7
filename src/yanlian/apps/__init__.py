"""The district application: one Django app for each stage of the way from a fact to money.

Each app has models (nouns), actions (the only writers), pages and api. Imports go
delivery > policies | ledger > registry > people. Start reading at `registry/models`.
"""
