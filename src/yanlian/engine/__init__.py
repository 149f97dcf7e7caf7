"""Pure engines: no Django, no database, no clock, no network. They take plain values and Arrow tables."""
