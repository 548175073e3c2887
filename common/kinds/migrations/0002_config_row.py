from django.db import migrations


def create_row(apps, schema_editor):
    """The one row of the configuration's version."""
    apps.get_model("kinds", "Config").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("kinds", "0001_initial")]

    operations = [migrations.RunPython(create_row, migrations.RunPython.noop)]
