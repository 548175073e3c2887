import re

from django.db import migrations, models

CHUNK = 1000
CONTACT = re.compile(r"\S*@\S*|(?<!\S)[+(]?\d[\d()+/.\-–]{3,}(?!\S)")


def fill(apps, schema_editor):
    """Until a record is next saved its words without contact details are those that look like none."""
    table = apps.get_model("spine", "SearchText")
    rows, last = table.objects.order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        for row in chunk:
            row.open_text = " ".join(CONTACT.sub(" ", row.text).split())
        table.objects.bulk_update(chunk, ["open_text"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("spine", "0002_statistics"),
    ]

    operations = [
        migrations.AddField(model_name="searchtext", name="open_text", field=models.TextField(default="")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
