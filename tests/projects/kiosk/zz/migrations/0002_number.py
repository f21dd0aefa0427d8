from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("zz", "0001_initial")]

    operations = [
        migrations.AddField("Entry", "payment_number", models.BigIntegerField(null=True)),
        migrations.RemoveField("Entry", "payment"),
    ]
