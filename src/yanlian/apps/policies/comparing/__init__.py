"""Two runs side by side: what a later correction, another day or another rule changes. Stored outcomes stay as is.

`differences` asks the database for the outcomes that are not the same, `facts` says which facts of a dossier changed
and when that was recorded, `pages` shows both. Start reading at `differences.differences`.
"""
