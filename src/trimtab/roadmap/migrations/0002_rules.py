"""What the tables of the roadmap must hold: keys, indexes, history, guards of the tree, roll-ups."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
TABLES = (
    ("roadmap_area", "area"),
    ("roadmap_level", "level"),
    ("roadmap_track", "track"),
    ("roadmap_phase", "phase"),
    ("roadmap_dimension", "dimension"),
    ("roadmap_dimensionvalue", "dimension_value"),
    ("roadmap_release", "release"),
    ("roadmap_item", "item"),
    ("roadmap_itemtext", "item_text"),
    ("roadmap_itemphase", "item_phase"),
    ("roadmap_itemvalue", "item_value"),
    ("roadmap_estimate", "estimate"),
    ("roadmap_relation", "relation"),
    ("roadmap_dependency", "dependency"),
)
# (table, columns of the key, table that they point to); the workspace leads each key, so that nothing can cross.
REFERENCES = (
    ("roadmap_area", "parent_id", "roadmap_area"),
    ("roadmap_area", "owner_id", "accounts_person"),
    ("roadmap_phase", "track_id", "roadmap_track"),
    ("roadmap_dimensionvalue", "dimension_id", "roadmap_dimension"),
    ("roadmap_item", "level_id", "roadmap_level"),
    ("roadmap_item", "area_id", "roadmap_area"),
    ("roadmap_item", "parent_id", "roadmap_item"),
    ("roadmap_item", "phase_id", "roadmap_phase"),
    ("roadmap_item", "owner_id", "accounts_person"),
    ("roadmap_item", "team_id", "accounts_team"),
    ("roadmap_item", "release_id", "roadmap_release"),
    ("roadmap_itemtext", "id", "roadmap_item"),
    ("roadmap_itemphase", "item_id", "roadmap_item"),
    ("roadmap_itemphase", "track_id, phase_id", "roadmap_phase"),
    ("roadmap_itemvalue", "item_id", "roadmap_item"),
    ("roadmap_itemvalue", "dimension_id, value_id", "roadmap_dimensionvalue"),
    ("roadmap_estimate", "item_id", "roadmap_item"),
    ("roadmap_estimate", "team_id", "accounts_team"),
    ("roadmap_relation", "from_item_id", "roadmap_item"),
    ("roadmap_relation", "to_item_id", "roadmap_item"),
    ("roadmap_dependency", "from_item_id", "roadmap_item"),
    ("roadmap_dependency", "to_item_id", "roadmap_item"),
    ("core_customlink", "item_id", "roadmap_item"),
)
OWN_KEY = {"track_id, phase_id": "track_id, id", "dimension_id, value_id": "dimension_id, id"}


def keys() -> str:
    unique = [
        f"alter table {table} add constraint {name}_in_workspace unique (workspace_id, id);" for table, name in TABLES
    ]
    unique += [
        "alter table roadmap_phase add constraint phase_in_track unique (workspace_id, track_id, id);",
        "alter table roadmap_dimensionvalue add constraint value_in_dimension unique (workspace_id, dimension_id, id);",
    ]
    foreign = [
        f"alter table {table} add constraint {table}_{columns.replace(', ', '_')}_fk"
        f" foreign key (workspace_id, {columns}) references {target} (workspace_id, {OWN_KEY.get(columns, 'id')})"
        " deferrable initially immediate;"
        for table, columns, target in REFERENCES
    ]
    roots = [
        f"alter table {table} add constraint {table}_workspace_fk foreign key (workspace_id)"
        " references core_workspace (id) deferrable initially immediate;"
        for table in ("roadmap_area", "roadmap_level", "roadmap_track", "roadmap_dimension", "roadmap_release")
    ]
    return "\n".join([*unique, *foreign, *roots])


def history() -> str:
    return "\n".join(f"select ledger_track('{table}', '{entity}');" for table, entity in TABLES)


def rollup() -> str:
    aggregate = (SQL / "0002_aggregate.sql").read_text()
    return (SQL / "0002_rollup.sql").read_text().replace("--AGGREGATE--", aggregate)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0001_initial"), ("core", "0003_rules"), ("accounts", "0002_rules")]

    operations = [
        migrations.RunSQL(keys(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "0002_indexes.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(history(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "0002_past.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "0002_guards.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(rollup(), migrations.RunSQL.noop),
    ]
