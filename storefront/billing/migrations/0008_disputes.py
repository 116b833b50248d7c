import django.db.models.deletion
import storefront.core.clock
from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


def install(apps, schema_editor):
    """SQLite has rebuilt the payments, and dropped their triggers with them."""
    FROZEN_TABLES.install(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0007_seller_country'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='amount_lost',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
        migrations.AlterField(
            model_name='ledgeraccount',
            name='kind',
            field=models.CharField(choices=[('customer', 'Personal account'), ('provider', 'Payment provider'), ('sales', 'Sales'), ('disputed', 'Money in dispute'), ('fees', 'Fees of the payment provider')], max_length=10),
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=255)),
                ('stage', models.CharField(max_length=20)),
                ('reason', models.CharField(max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('withdrawn', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('lost', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('fee', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('fee_currency', models.CharField(blank=True, max_length=3)),
                ('page', models.URLField(blank=True, max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('evidence_due_at', models.DateTimeField(blank=True, null=True)),
                ('changed_at', models.DateTimeField(default=storefront.core.clock.now)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.payment')),
            ],
            options={
                'verbose_name': 'dispute',
                'verbose_name_plural': 'disputes',
                'ordering': ['-opened_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('payment', 'reference'), name='dispute_once'), models.CheckConstraint(condition=models.Q(('lost__gte', 0), ('lost__lte', models.F('withdrawn'))), name='dispute_lost_of_withdrawn')],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
