"""The rank of a new item, computed where its row is made. The same as ``rules.rank_of``, which a test holds it to."""

from django.db import migrations

SQL = """
create function roadmap_rank_of(p_number int) returns text language plpgsql immutable strict parallel safe as $$
declare
  digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  rest int := p_number;
  written text := '';
begin
  while rest > 0 loop
    written := substr(digits, rest % 62 + 1, 1) || written;
    rest := rest / 62;
  end loop;
  return substr(digits, 31 + length(written) + 1, 1) || coalesce(nullif(written, ''), '0') || 'V';
end $$;
comment on function roadmap_rank_of is 'The rank of the n-th item that a workspace made: later ones sort behind.';
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0012_talked_about")]

    operations = [migrations.RunSQL(SQL, "drop function roadmap_rank_of(int)")]
