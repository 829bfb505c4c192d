"""Telling hundreds of people writes a row for each: what only a rare deletion or erasure would use is left out, and one
key says both that a happening's line exists and that it is the same person's."""

from django.db import migrations

LIGHTER = """
drop index happening_person;
drop index happening_source;
drop index happening_record;
drop index delivery_person;
alter table collab_notice add constraint notice_of_person unique (workspace_id, id, person_id);
alter table collab_notice drop constraint notice_in_workspace cascade;
alter table collab_happening drop constraint happening_person_fk;
alter table collab_happening add constraint happening_line_fk foreign key (workspace_id, notice_id, person_id)
  references collab_notice (workspace_id, id, person_id) on delete cascade deferrable initially immediate;
alter table collab_delivery drop constraint delivery_person_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("collab", "0002_notices")]

    operations = [migrations.RunSQL(LIGHTER, migrations.RunSQL.noop)]
