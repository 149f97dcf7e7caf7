"""Files with facts about chains (products, links, outside firms, their ties, other areas) into the database.

files.yaml and kinds (what each file holds) → reading (one transaction; every row stored or answered) → facts (what a
row says), with the readers of cells and headers that department files have. The writes are in chains/actions_facts.py.
"""

from yanlian.apps.chains.intake.kinds import FILES, file_of
from yanlian.apps.chains.intake.reading import Answered, Taken, take_in

__all__ = ["FILES", "Answered", "Taken", "file_of", "take_in"]
