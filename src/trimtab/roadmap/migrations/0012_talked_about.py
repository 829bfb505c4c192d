"""Items, dependencies, releases and areas can be talked about, watched, and given files."""

from django.db import migrations

JOIN = """
select collab_join('item', 'roadmap_item');
select collab_join('dependency', 'roadmap_dependency');
select collab_join('release', 'roadmap_release');
select collab_join('area', 'roadmap_area');
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0011_sorted_in"), ("collab", "0001_initial")]

    operations = [migrations.RunSQL(JOIN, migrations.RunSQL.noop)]
