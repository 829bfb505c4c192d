"""Notices, deliveries and how each person wants to be told."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.utils.module_loading import import_string

RULES = (Path(__file__).parent / "sql" / "0002_notices.sql").read_text()
new_id = import_string("trimtab.core.ids.new_id")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_rules"),
        ("collab", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelSecret",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("kind", models.CharField(max_length=40)),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.UUIDField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("happenings", models.PositiveIntegerField(default=1)),
                ("shown", models.BooleanField(default=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NoticeChannel",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("name", models.CharField(max_length=120)),
                (
                    "via",
                    models.CharField(choices=[("mail", "Mail"), ("slack", "Slack"), ("teams", "Teams")], max_length=10),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("host", models.CharField(max_length=253)),
                ("active", models.BooleanField(default=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Happening",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("event", models.CharField(max_length=140)),
                ("kind", models.CharField(max_length=40)),
                ("entity", models.CharField(max_length=40)),
                ("record_id", models.UUIDField()),
                (
                    "source_id",
                    models.UUIDField(
                        help_text="The record that changed: the comment, where entity is what it is about."
                    ),
                ),
                ("change_set_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("actor_name", models.CharField(blank=True, default="", max_length=200)),
                ("text", models.CharField(max_length=500)),
                ("lines", models.JSONField(default=list)),
                ("reasons", models.JSONField(default=list)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="collab.notice",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="collab.noticechannel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "via",
                    models.CharField(choices=[("mail", "Mail"), ("slack", "Slack"), ("teams", "Teams")], max_length=10),
                ),
                ("digest", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("dead", "Dead"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("not_before", models.DateTimeField()),
                ("bundle", models.UUIDField(null=True)),
                ("claim", models.UUIDField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "happening",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="collab.happening",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="collab.noticechannel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeSettings",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("choices", models.JSONField(default=dict)),
                ("timezone", models.CharField(blank=True, default="", max_length=60)),
                (
                    "digest",
                    models.CharField(
                        choices=[("daily", "Daily"), ("weekly", "Weekly")], default="daily", max_length=10
                    ),
                ),
                ("digest_minute", models.PositiveSmallIntegerField(default=480)),
                (
                    "digest_weekday",
                    models.PositiveSmallIntegerField(default=0, help_text="Of a weekly digest; Monday is 0."),
                ),
                ("quiet_from", models.PositiveSmallIntegerField(null=True)),
                ("quiet_until", models.PositiveSmallIntegerField(null=True)),
                ("quiet_weekends", models.BooleanField(default=False)),
                ("away_from", models.DateField(null=True)),
                ("away_until", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="noticechannel",
            constraint=models.CheckConstraint(
                condition=models.Q(("via__in", ["slack", "teams"])), name="notice_channel_via"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticechannel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("workspace_id", "person", "via"),
                name="notice_channel_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="happening",
            constraint=models.UniqueConstraint(
                fields=("workspace_id", "event", "person", "channel"), name="happening_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="happening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel__isnull", True), ("notice__isnull", False), ("person__isnull", False)),
                    models.Q(("channel__isnull", False), ("notice__isnull", True), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="happening_for_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("workspace_id", "happening", "via", "channel"), name="delivery_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel__isnull", True), ("person__isnull", False), ("via", "mail")),
                    models.Q(models.Q(("via", "mail"), _negated=True), ("channel__isnull", False)),
                    _connector="OR",
                ),
                name="delivery_through_its_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sending"), _negated=True),
                    models.Q(("bundle__isnull", False), ("claim__isnull", False), ("claimed_until__isnull", False)),
                    _connector="OR",
                ),
                name="delivery_claimed",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.UniqueConstraint(fields=("workspace_id", "person"), name="notice_settings_once"),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__in", ["daily", "weekly"])), name="notice_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_minute__lt", 1440), ("digest_weekday__lt", 7)), name="notice_digest_at"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(("quiet_from__lt", 1440), ("quiet_until__lt", 1440)),
                    _connector="OR",
                ),
                name="notice_quiet_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("away_from__isnull", True), ("away_until__isnull", True)),
                    ("away_from__lte", models.F("away_until")),
                    _connector="OR",
                ),
                name="notice_away_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("stand_in", models.F("person")), _negated=True), name="notice_stand_in_other"
            ),
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
