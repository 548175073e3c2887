from django.db import migrations

TOGETHER = (
    "CREATE STATISTICS deal_figures (ndistinct) ON stage_id, probability, currency_id, (closed_on IS NOT NULL) "
    "FROM deals_deal",
    "CREATE STATISTICS payment_figures (ndistinct) ON currency_id, (certainty = 'received') FROM deals_payment",
    "ANALYZE deals_deal",
    "ANALYZE deals_payment",
)
"""PostgreSQL takes columns for independent and expects thousands of groups, which it sorts instead of hashing."""


def tell(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in TOGETHER:
            schema_editor.execute(statement)


def forget(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("deal_figures", "payment_figures"):
            schema_editor.execute(f"DROP STATISTICS IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("deals", "0006_owned_worth")]

    operations = [migrations.RunPython(tell, forget)]
