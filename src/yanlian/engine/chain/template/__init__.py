"""Chain templates: segments, products and directed edges as text files, read, checked, imported and exported.

Start at `model.py`.
"""
