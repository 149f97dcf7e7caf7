"""What pages share: numbers and units, tables, charts, export, print. May import base only (and Django's templates)."""
