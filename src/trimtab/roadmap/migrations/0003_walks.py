"""What a page in the order of efforts and a search among frequent words read: an index, and vectors beside their ids.

The vector stays in its row and the body goes out of it, where one of them has to. Rows written before keep their form.
"""

from django.db import migrations

SQL = """
create index item_rollup_effort on roadmap_itemrollup (workspace_id, own_effort, id);
alter table roadmap_itemtext alter column tsv set storage main;
alter table roadmap_itemtext_version alter column tsv set storage main;
"""
BACK = """
drop index item_rollup_effort;
alter table roadmap_itemtext alter column tsv set storage extended;
alter table roadmap_itemtext_version alter column tsv set storage extended;
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0002_rules")]

    operations = [migrations.RunSQL(SQL, BACK)]
