from django.core.management import call_command
from django.db import migrations

TABLE = "people_attempts"


def create(apps, schema_editor):
    """The table of the cache that counts attempts to sign in (`CACHES` in the settings)."""
    call_command("createcachetable", TABLE, verbosity=0, database=schema_editor.connection.alias)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_absence_rights_and_sessions")]
    operations = [migrations.RunPython(create, drop)]
