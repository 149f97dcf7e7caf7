"""用例试算: a worked case of a clause, or facts of one's own, computed on the page with the whole derivation.

Nothing is written. `facts` turns facts into text and back, `pages` runs them. Start reading at `pages.try_case`.
"""
