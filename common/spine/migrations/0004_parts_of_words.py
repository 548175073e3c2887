from django.db import migrations, models

from common.kinds.spelling import with_sounds
from common.spine import fulltext

CHUNK = 1000
FOREIGN = r"[^\x01-\x7f]"
"""A letter that is not plain Latin."""


def add_sounds(apps, schema_editor):
    """Words with other than plain Latin letters are found by their sound as well."""
    table = apps.get_model("spine", "SearchText")
    rows, last = table.objects.filter(text__regex=FOREIGN).order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        for row in chunk:
            row.text, row.open_text = with_sounds(row.text), with_sounds(row.open_text)
        table.objects.bulk_create(
            chunk, update_conflicts=True, unique_fields=["record"], update_fields=["text", "open_text"]
        )


class Migration(migrations.Migration):
    dependencies = [
        ("spine", "0003_search_without_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("back", models.CharField(db_index=True, max_length=40)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(add_sounds, migrations.RunPython.noop),
        fulltext.build(),
    ]
