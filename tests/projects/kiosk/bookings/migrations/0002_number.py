from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [
        migrations.AddField("Booking", "payment_number", models.BigIntegerField(null=True)),
        migrations.RemoveField("Booking", "payment"),
    ]
