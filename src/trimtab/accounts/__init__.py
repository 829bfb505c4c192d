"""Who is here: users, workspaces, people, teams, roles, tokens."""
