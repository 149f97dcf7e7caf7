"""Plain values that every room shares: money, rates, periods, identifiers, refusals; what strangers send, read safely.

No I/O beyond reading its own message tables and files that are handed in, no clock, no database. May import only the
standard library, PyYAML, python-stdnum and chinesecalendar. Start reading at `Refused` in `refusal.py`.
"""
