"""政策沙盘: scenarios that people save and share, and pages that ask the sandbox about them; the public calculator.

Nothing here can be paid: a scenario is no policy pack, its answers are no run. May import policies, registry, people
and `apps/tasks.py` (work with progress that can be given up). `models.py` (what is kept) → `actions.py` (the only
writers) → `opened.py` (sandboxes open in this process) → `asked.py` (answers) → the pages. Start reading at `pages.py`.
"""
