"""Let the mark "sending" change no index: the index of what waits asks for a column that stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_mailings'),
    ]

    operations = [
        # Room on each page for the new versions that marks make, and a clean-up that keeps pace with a mailing.
        migrations.RunSQL(
            'ALTER TABLE mail_outboxmessage SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,'
            ' autovacuum_vacuum_cost_delay = 0)',
            'ALTER TABLE mail_outboxmessage RESET (fillfactor, autovacuum_vacuum_scale_factor,'
            ' autovacuum_vacuum_cost_delay)',
        ),
        migrations.RemoveIndex(
            model_name='outboxmessage',
            name='outbox_unsent',
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='is_unsent',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('state__in', ('waiting', 'sending'))), output_field=models.BooleanField()),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('is_unsent', True)), fields=['is_bulk', 'id'], name='outbox_unsent'),
        ),
    ]
