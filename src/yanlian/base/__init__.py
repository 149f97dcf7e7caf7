"""Plain values that every room shares: money, rates, periods, identifiers, refusals.

No I/O beyond reading its own message tables, no clock, no database. May import only the standard library, PyYAML,
python-stdnum and chinesecalendar. Start reading at `Refused` in `refusal.py`.
"""
