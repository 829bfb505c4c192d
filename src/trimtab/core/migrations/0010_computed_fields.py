"""Fields that are computed by a formula, and fields that roll up. The history is told of the new columns."""

from django.db import migrations, models
from django.db.models import Q

TYPES = [
    (each, each.capitalize())
    for each in (
        "text", "number", "date", "bool", "choice", "choices", "url", "person", "people", "team", "teams", "items",
        "formula",
    )
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("core", "0009_fiscal_patterns")]

    operations = [
        migrations.AlterField("customfield", "type", models.CharField(choices=TYPES, max_length=20)),
        migrations.AddField(
            "customfield",
            "formula",
            models.TextField(blank=True, default="", help_text="What a field of this type is computed of."),
        ),
        migrations.AddField(
            "customfield",
            "rolls_up",
            models.JSONField(help_text='{"how": "sum", "of": "cost", "weight": "effort"}', null=True),
        ),
        migrations.RunSQL("alter table core_customfield alter column formula set default ''", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "customfield",
            models.CheckConstraint(condition=Q(type="formula") ^ Q(formula=""), name="custom_field_formula"),
        ),
        migrations.AddConstraint(
            "customfield",
            models.CheckConstraint(
                condition=Q(rolls_up__isnull=True) | Q(type__in=["number", "date", "choice"]),
                name="custom_field_rolls_up",
            ),
        ),
        migrations.RunSQL("select ledger_track('core_customfield', 'custom_field')", migrations.RunSQL.noop),
    ]
