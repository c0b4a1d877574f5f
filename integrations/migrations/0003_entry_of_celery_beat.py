"""Every quarter of an hour, all shops whose schedule asks for it. Made once, as an entry that the operator may change or switch off."""

import json

from django.db import migrations

NAME = "woocommerce-shops-due"
DESCRIPTION = (
    "Starts the import of every WooCommerce shop that is due by its own schedule, also after the scheduler or the broker was down. "
    "Without “only_due” every shop is imported at these times."
)


def make_entry(apps, schema_editor):
    IntervalSchedule = apps.get_model("django_celery_beat", "IntervalSchedule")
    PeriodicTask = apps.get_model("django_celery_beat", "PeriodicTask")
    quarter = IntervalSchedule.objects.filter(every=15, period="minutes").first()
    quarter = quarter or IntervalSchedule.objects.create(every=15, period="minutes")
    PeriodicTask.objects.get_or_create(
        name=NAME,
        defaults={"task": "integrations.tasks.sync_all_woocommerce_stores", "interval": quarter, "kwargs": json.dumps({"only_due": True}),
                  "expire_seconds": 600, "description": DESCRIPTION},
    )  # fmt: skip


def drop_entry(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("integrations", "0002_how_imports_went"),
    ]

    operations = [migrations.RunPython(make_entry, drop_entry)]
