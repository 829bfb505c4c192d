"""Quarters of 4-5-4 and 5-4-4 weeks, and increments that run on from a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_new_id")]

    operations = [
        migrations.AddField(
            "workspace",
            "increment_from",
            models.DateField(null=True, help_text="The day from which increments run on."),
        ),
        migrations.AlterField(
            "workspace",
            "fiscal_pattern",
            models.CharField(
                choices=[
                    ("calendar", "Calendar quarters"),
                    ("4-4-5", "4-4-5 weeks"),
                    ("4-5-4", "4-5-4 weeks"),
                    ("5-4-4", "5-4-4 weeks"),
                    ("increments", "Increments of n weeks"),
                ],
                default="calendar",
                max_length=20,
            ),
        ),
        migrations.RunSQL("select ledger_track('core_workspace', 'workspace')", migrations.RunSQL.noop),
    ]
