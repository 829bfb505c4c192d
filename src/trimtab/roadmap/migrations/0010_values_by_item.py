"""The values of many items at once, today and in the past, are read in the order of the items from one narrow index."""

from django.db import migrations

SQL = """
create index item_value_by_item on roadmap_itemvalue (workspace_id, dimension_id, item_id, id) include (value_id);
create index item_value_version_by_item on roadmap_itemvalue_version (workspace_id, dimension_id, item_id, id)
  include (value_id, during) where voided_at is null;
"""
BACK = """
drop index item_value_by_item;
drop index item_value_version_by_item;
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0009_figures")]

    operations = [migrations.RunSQL(SQL, BACK)]
