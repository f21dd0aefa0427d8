import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('booking_id', models.UUIDField(unique=True)),
                ('traveller_id', models.UUIDField()),
                ('state', models.CharField(choices=[('authorised', 'Authorised'), ('captured', 'Captured'), ('voided', 'Voided'), ('refunded', 'Refunded')], max_length=12)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('refunded', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('currency', models.CharField(max_length=3)),
                ('card_ending', models.CharField(blank=True, max_length=4)),
                ('processor_id', models.CharField(max_length=64, null=True, unique=True)),
                ('authorised_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('captured_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['traveller_id', '-authorised_at'], name='payments_of_traveller'), models.Index(condition=models.Q(('state', 'authorised')), fields=['authorised_at'], name='payments_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['authorised', 'captured', 'voided', 'refunded'])), name='payments_state_known'), models.CheckConstraint(condition=models.Q(('refunded__gte', 0), ('refunded__lte', models.F('amount'))), name='payments_refunded_within_amount'), models.CheckConstraint(condition=models.Q(('refunded', 0), ('state__in', ['captured', 'refunded']), _connector='OR'), name='payments_refunded_after_capture'), models.CheckConstraint(condition=models.Q(('captured_at__isnull', False), ('state__in', ['authorised', 'voided']), _connector='OR'), name='payments_capture_dated')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('movement', models.UUIDField()),
                ('kind', models.CharField(choices=[('capture', 'Capture'), ('refund', 'Refund')], max_length=8)),
                ('account', models.CharField(choices=[('card_clearing', 'Card Clearing'), ('booking_sales', 'Booking Sales')], max_length=16)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('currency', models.CharField(max_length=3)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.payment')),
            ],
            options={
                'verbose_name_plural': 'ledger entries',
                'constraints': [models.UniqueConstraint(fields=('movement', 'account'), name='payments_movement_once'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='payments_entry_moves_something')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=120)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('currency', models.CharField(max_length=3)),
                ('processor_id', models.CharField(max_length=64)),
                ('refunded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.payment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('payment', 'key'), name='payments_refund_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payments_refund_positive')],
            },
        ),
    ]
