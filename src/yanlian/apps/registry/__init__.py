"""Entities, facts with source and time, relations; import; snapshot."""
