"""How long the lists of words not sorted in yet may grow is for each session to say; see ``gin_pending_list_limit``.

A single edit keeps them short, because every search reads them from end to end. Whoever writes very many rows sorts in
seldom, as every word found again in the same list costs nearly nothing, and has all sorted in at the end.
"""

from django.db import migrations

SQL = """
alter index item_title reset (gin_pending_list_limit);
alter index item_custom reset (gin_pending_list_limit);
alter index item_tags reset (gin_pending_list_limit);
alter index item_text_words reset (gin_pending_list_limit);

create function roadmap_sort_in() returns void
language sql security definer set search_path = public, pg_temp as $$
  select gin_clean_pending_list(x.indexrelid)
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_am a on a.oid = i.relam and a.amname = 'gin'
  where x.indrelid in ('roadmap_item'::regclass, 'roadmap_item_version'::regclass, 'roadmap_itemtext'::regclass,
    'roadmap_itemtext_version'::regclass)
$$;
comment on function roadmap_sort_in is 'Sorts in what was written lately, so that searches find it fast.';
revoke all on function roadmap_sort_in() from public;
grant execute on function roadmap_sort_in() to trimtab_app;
"""
BACK = """
drop function roadmap_sort_in();
alter index item_title set (gin_pending_list_limit = 256);
alter index item_custom set (gin_pending_list_limit = 256);
alter index item_tags set (gin_pending_list_limit = 256);
alter index item_text_words set (gin_pending_list_limit = 1024);
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0010_long_pages")]

    operations = [migrations.RunSQL(SQL, BACK)]
