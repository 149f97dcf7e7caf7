"""Tests mirror src; shared makers of sample data are imported from here."""
