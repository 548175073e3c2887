from django.db import migrations

from common.kinds.operations import raise_statistics


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [raise_statistics("catalogue", "Product")]
