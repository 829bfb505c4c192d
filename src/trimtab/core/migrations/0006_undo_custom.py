"""An undo takes no custom field away from values that stay."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_increment_weeks")]

    operations = [migrations.RunSQL((SQL / "0006_undo_custom.sql").read_text(), migrations.RunSQL.noop)]
