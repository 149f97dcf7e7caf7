"""Who may do what: users, roles, departments, object permissions."""
