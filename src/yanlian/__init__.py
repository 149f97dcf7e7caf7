"""Yanlian 沿链: the way from department files to money, with every step explained."""

__version__ = "0.1.0"
