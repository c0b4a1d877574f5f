"""Shopify shops: the kind, tokens that they give us for a day, and the entry of celery beat that reads those that are due."""

import json

import django.db.models.deletion
from django.db import migrations, models

import common.encrypted_field

NAME = "shopify-shops-due"
DESCRIPTION = (
    "Starts the import of every Shopify shop that is due by its own schedule, also after the scheduler or the broker was down. "
    "Without “only_due” every shop is imported at these times."
)
KINDS = [("woocommerce", "WooCommerce"), ("shopify", "Shopify")]


def make_entry(apps, schema_editor):
    IntervalSchedule = apps.get_model("django_celery_beat", "IntervalSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    quarter = IntervalSchedule.objects.filter(every=15, period="minutes").first()
    quarter = quarter or IntervalSchedule.objects.create(every=15, period="minutes")
    PeriodicTask.objects.get_or_create(
        name=NAME,
        defaults={"task": "integrations.tasks.sync_all_shopify_stores", "interval": quarter, "kwargs": json.dumps({"only_due": True}),
                  "expire_seconds": 600, "description": DESCRIPTION},
    )  # fmt: skip


def drop_entry(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("integrations", "0006_what_a_question_shows"),
    ]

    operations = [
        migrations.AlterField(
            model_name="storeconnection",
            name="provider",
            field=models.CharField(choices=KINDS, default="woocommerce", max_length=12),
        ),
        migrations.AlterField(model_name="webhooklog", name="provider", field=models.CharField(choices=KINDS, max_length=12)),
        migrations.CreateModel(
            name="StoreToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", common.encrypted_field.EncryptedJSONField(blank=True, default=dict, editable=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, default="", max_length=32)),
                ("lease_expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="token", to="integrations.storeconnection"
                    ),
                ),
            ],
            options={"verbose_name": "token of a shop", "verbose_name_plural": "tokens of shops"},
        ),
        migrations.RunPython(make_entry, drop_entry),
    ]
