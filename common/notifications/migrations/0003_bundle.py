from typing import Any, ClassVar

from django.db import migrations, models


def drop_counted(apps: Any, _schema: Any) -> None:
    """Lines that counted records without saying which cannot be kept true."""
    apps.get_model("notifications", "Notification").objects.filter(kind="assigned", record=None).delete()


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("notifications", "0002_attention")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField("notification", "bundle", models.CharField(blank=True, default="", max_length=80),
                            preserve_default=False),
        migrations.AddIndex(
            "notification",
            models.Index(
                condition=models.Q(("bundle", ""), _negated=True), fields=["user", "bundle", "id"],
                name="notification_bundle",
            ),
        ),
        migrations.RunPython(drop_counted, migrations.RunPython.noop),
    ]  # fmt: skip
