"""Which facts are missing for how many firms, by department and period: what an office asks the data holders for.

Computed from the unknown outcomes of a run. `counting` counts, `pages` shows the list, the firms and the letter. Start
reading at `counting.lacks_of`.
"""
