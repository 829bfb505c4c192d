"""Import sessions, recipes, decisions and imported values stay in their workspace."""

from django.db import migrations

RULES = """
alter table integrations_importsession add constraint import_session_in_workspace unique (workspace_id, id);
alter table integrations_importfile add constraint import_file_in_workspace unique (workspace_id, id);
alter table integrations_importfile add constraint import_file_session foreign key (workspace_id, session_id)
  references integrations_importsession (workspace_id, id) on delete cascade;
alter table integrations_importsession add constraint import_session_checked foreign key (workspace_id, checked_id)
  references core_operation (workspace_id, id);
alter table integrations_importsession add constraint import_session_applied foreign key (workspace_id, applied_id)
  references core_operation (workspace_id, id);
alter table integrations_importsession add constraint import_session_compared foreign key (workspace_id, compared_id)
  references core_operation (workspace_id, id);
select ledger_scope('integrations_importsession', 'import_session');
select ledger_scope('integrations_importfile', 'import_file');
select ledger_scope('integrations_savedrecipe', 'saved_recipe');
select ledger_scope('integrations_importdecision', 'import_decision');
select ledger_scope('integrations_importedvalue', 'imported_value');
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_sessions"), ("core", "0003_rules")]

    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
