"""The sample district: its text as data, and fictional enterprises whose totals are the published ones.

Start at `generate.generate` (makes the files that departments would send) and `load` (puts a district's text and those
files into the registry). Real organisations never get an invented figure; invented enterprises are named so that nobody
can take them for real ones. May import everything below web; writes to the database only through registry actions.
"""
