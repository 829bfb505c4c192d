"""What the history of an item reads: the versions of the records that belong to it."""

from django.db import migrations

COLUMNS = (
    ("roadmap_itemvalue", "item_id"),
    ("roadmap_itemphase", "item_id"),
    ("roadmap_estimate", "item_id"),
    ("roadmap_dependency", "from_item_id"),
    ("roadmap_dependency", "to_item_id"),
    ("roadmap_relation", "from_item_id"),
    ("roadmap_relation", "to_item_id"),
    ("core_customlink", "record_id"),
)
SQL = "\n".join(f"create index {table}_version_{column} on {table}_version ({column});" for table, column in COLUMNS)
BACK = "\n".join(f"drop index {table}_version_{column};" for table, column in COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0004_rollup_log")]

    operations = [migrations.RunSQL(SQL, BACK)]
