"""A sequence is not a model: PostgreSQL alone has it, and only there is a tick needed."""

from django.db import migrations


def create(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE IF NOT EXISTS boundaries_facades_tick AS bigint")


def drop(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE IF EXISTS boundaries_facades_tick")


class Migration(migrations.Migration):
    dependencies = [("boundaries_facades", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
