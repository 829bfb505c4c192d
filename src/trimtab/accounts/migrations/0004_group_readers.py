"""Whoever may see a group of fields is a person of the same workspace."""

from django.db import migrations

RULES = """
alter table core_fieldgroupreader add constraint field_group_reader_person foreign key (workspace_id, person_id)
  references accounts_person (workspace_id, id) deferrable initially immediate;
create index field_group_reader_of_person on core_fieldgroupreader (workspace_id, person_id);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_invitations"), ("core", "0012_field_groups")]

    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
