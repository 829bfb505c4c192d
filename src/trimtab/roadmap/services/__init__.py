"""Every write to the roadmap: one function per thing a user can do, inside the caller's ``scope.workspace``."""
