"""A roll-up's next version is written without looking through all that it had."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0003_walks")]

    operations = [migrations.RunSQL((SQL / "0004_rollup_log.sql").read_text(), migrations.RunSQL.noop)]
