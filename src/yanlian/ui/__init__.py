"""What pages share: words in two languages, numbers and units, tables, charts, export, print.

May import base only (and Django). Start reading at `words.t` and `tables.Listing`.
"""
