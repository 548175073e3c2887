from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("notifications", "0001_notifications"), ("spine", "0004_parts_of_words"),
    ]  # fmt: skip

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.RemoveConstraint("muted", "muted_once"),
        migrations.RenameModel("Muted", "Attention"),
        migrations.AddField(
            "attention", "level",
            models.CharField(
                choices=[("followed", "Follow: what others do to it, too"), ("muted", "Mute: nothing")],
                default="muted", max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "attention", models.UniqueConstraint(fields=["user", "record"], name="attends_once")
        ),
        migrations.AddIndex("attention", models.Index(fields=["record", "level"], name="attention_to_record")),
        migrations.AlterField(
            "notification", "kind",
            models.CharField(
                choices=[
                    ("mention", "Somebody mentions me in a note"),
                    ("assigned", "A record becomes mine, or I take part in it"),
                    ("followed", "Something happens to a record I follow"),
                    ("request", "A request comes in that I may deal with"),
                    ("due", "My next step is due or late"),
                    ("job", "My background work is done or failed"),
                ],
                max_length=12,
            ),
        ),
    ]  # fmt: skip
