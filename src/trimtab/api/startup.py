"""What must hold before a process serves anybody."""

from typing import Final

from django.db import connection

_RIGHTS: Final = """
select current_user, r.rolsuper, r.rolbypassrls,
  exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname = 'public' and pg_has_role(c.relowner, 'USAGE')
  )
from pg_roles r where r.rolname = current_user
"""


class UnsafeRole(RuntimeError):
    """The application would get around the rule that keeps workspaces apart."""


def check_role() -> None:
    """Raises UnsafeRole if the application's database role could see past row-level security."""
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS)
        name, superuser, bypasses, owns = cursor.fetchone()
    problem = "is a superuser" if superuser else "has BYPASSRLS" if bypasses else "owns tables" if owns else ""
    if problem:
        raise UnsafeRole(
            f"DATABASE_URL: the role “{name}” {problem}, so nothing would keep workspaces apart. "
            "Let it name a plain role (trimtab_app), and TRIMTAB_OWNER_URL the role that owns the tables."
        )
