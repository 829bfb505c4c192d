"""What a long page reads: the past in the order of ranks, and the values of many items in the order of the items."""

from django.db import migrations

SQL = """
create index item_value_by_item on roadmap_itemvalue (workspace_id, dimension_id, item_id, id) include (value_id);
create index item_value_version_by_item on roadmap_itemvalue_version (workspace_id, dimension_id, item_id, id)
  include (value_id, during) where voided_at is null;
create index item_version_rank on roadmap_item_version (workspace_id, rank, id)
  include (during, version_row) where voided_at is null;
"""
BACK = """
drop index item_value_by_item;
drop index item_value_version_by_item;
drop index item_version_rank;
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0009_figures")]

    operations = [migrations.RunSQL(SQL, BACK)]
