"""Who may do what: users, roles, departments, permissions, and the log of who did what.

Stands below every other app and knows none of them. May import base, ui and the engine's fact schema. Start reading at
`access.page`.
"""
