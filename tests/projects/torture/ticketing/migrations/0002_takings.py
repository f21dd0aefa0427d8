from django.db import migrations


def greet(apps, schema_editor):
    apps.get_model("stage", "Show").objects.count()


class Migration(migrations.Migration):
    dependencies = [("ticketing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE VIEW ticketing_takings AS SELECT current_date AS day, sum(price) AS total FROM ticketing_booking",
            "DROP VIEW ticketing_takings",
        ),
        migrations.RunPython(greet, migrations.RunPython.noop),
    ]
