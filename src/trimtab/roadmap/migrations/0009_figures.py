"""What totals over all items read: narrow indexes in the order of ids, one beside the other, and no row of a table."""

from django.db import migrations, models

SQL = """
create index item_figures on roadmap_item (workspace_id, id)
  include (parent_id, level_id, area_id, team_id, phase_id, benefit);
alter table roadmap_itemrollup drop constraint item_rollup_in_workspace;
alter table roadmap_itemrollup
  add constraint item_rollup_in_workspace unique (workspace_id, id) include (own_effort);
"""
BACK = """
drop index item_figures;
alter table roadmap_itemrollup drop constraint item_rollup_in_workspace;
alter table roadmap_itemrollup add constraint item_rollup_in_workspace unique (workspace_id, id);
"""
ONCE = models.UniqueConstraint(name="item_value_once", fields=["workspace_id", "item", "value"], include=["dimension"])


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0008_orders")]

    operations = [
        migrations.RunSQL(SQL, BACK),
        migrations.RemoveConstraint("itemvalue", "item_value_once"),
        migrations.AddConstraint("itemvalue", ONCE),
    ]
