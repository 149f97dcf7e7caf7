"""On which segments of a chain an organisation stands, from its name, scope of business, products and patents.

Texts (`profiles.py`) → n-grams (`grams.py`) → vectors (`vectors.py`) → scores (`model.py`) → probabilities
(`calibration.py`) and the words that carried them (`evidence.py`). Start at `suggest.py`. How good it is: `trial.py`.
"""
