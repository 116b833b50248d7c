import django.db.models.deletion
import storefront.core.clock
import storefront.core.money
from django.conf import settings
from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


def fill_asked_at(apps, schema_editor):
    """Until now the provider was asked as soon as the row was there."""
    apps.get_model("billing", "Refund").objects.filter(is_ours=True).update(asked_at=models.F("created_at"))


def attempt_field(**options):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="reviews",
        to="billing.paymentattempt",
        **options,
    )


class Migration(migrations.Migration):
    """A refund says what it is about, may wait for a second person, and names the units it gives back; a matter for
    staff names payment and customer."""

    dependencies = [
        ('billing', '0019_provideranswer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        FROZEN_TABLES.remove_operation(),
        # Renaming the column left its index the name that the new column's index gets (PostgreSQL): made anew.
        migrations.AlterField("reviewitem", "attempt", attempt_field(db_index=False)),
        migrations.AlterField("reviewitem", "attempt", attempt_field()),
        migrations.CreateModel(
            name='RefundedUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.PositiveIntegerField()),
                ('amount', storefront.core.money.MoneyField(decimal_places=3, max_digits=13)),
                ('ends_time', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='reviewitem',
            options={'ordering': ['-pk'], 'verbose_name': 'matter to look at', 'verbose_name_plural': 'matters to look at'},
        ),
        migrations.AddField(
            model_name='refund',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refund',
            name='decision_reason',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='refund',
            name='decision',
            field=models.CharField(blank=True, db_index=True, max_length=32),
        ),
        migrations.AddField(
            model_name='refund',
            name='invoice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.invoice'),
        ),
        migrations.AddField(
            model_name='refund',
            name='is_told',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='customer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='billing.payment'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='begun_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='refund',
            name='created_at',
            field=models.DateTimeField(db_index=True, default=storefront.core.clock.now),
        ),
        migrations.AlterField(
            model_name='refund',
            name='reason',
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AlterField(
            model_name='refund',
            name='status',
            field=models.CharField(choices=[('awaiting', 'Awaiting approval'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('created', 'Created'), ('pending', 'Pending'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], default='created', max_length=10),
        ),
        migrations.AlterField(
            model_name='reviewitem',
            name='resolved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['status', 'created_at'], name='refund_by_status'),
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(fields=['resolved_at', 'created_at'], name='review_waiting'),
        ),
        migrations.RunPython(fill_asked_at, migrations.RunPython.noop),
        migrations.AddField(
            model_name='refundedunit',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunded_units', to='billing.invoiceline'),
        ),
        migrations.AddField(
            model_name='refundedunit',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='billing.refund'),
        ),
        migrations.AddConstraint(
            model_name='refundedunit',
            constraint=models.UniqueConstraint(fields=('refund', 'line', 'unit'), name='refunded_unit_once'),
        ),
        migrations.AddConstraint(
            model_name='refundedunit',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='refunded_unit_not_negative'),
        ),
        FROZEN_TABLES.install_operation(),
    ]
