"""Ids that grow with time, made in the database: for rows that a statement makes out of others."""

from django.db import migrations

SQL = """
create function new_id() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid
$$;
comment on function new_id is 'A UUID of version 7: milliseconds first, then chance.';
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_measure_grown")]

    operations = [migrations.RunSQL(SQL, "drop function new_id()")]
