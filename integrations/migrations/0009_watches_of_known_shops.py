"""Shops that are connected already are kept in step from now on, at the usual times; their whole imports stay as they were chosen.

Whoever wanted a shop to be read by hand only gets nothing by itself.
"""

from django.db import migrations

KINDS = ("hints", "changes", "glances")


def begin(apps, schema_editor):
    StoreConnection = apps.get_model("integrations", "StoreConnection")
    StoreWatch = apps.get_model("integrations", "StoreWatch")
    StoreConnection.objects.filter(schedule="off").update(changes_every=0, glances_every=0)
    for pk in StoreConnection.objects.values_list("pk", flat=True):
        StoreWatch.objects.bulk_create([StoreWatch(connection_id=pk, kind=kind) for kind in KINDS], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0008_in_step")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
