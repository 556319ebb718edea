"""Let notes be written before the run that takes them along. Going back deletes those that wait, which had no place before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digests', '0002_first_readers'),
        ('taxonomy', '0003_governance'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='note',
            name='frequency',
            field=models.CharField(blank=True, choices=[('daily', 'Every day there is something new'), ('weekly', 'Once a week'), ('fortnightly', 'Every two weeks'), ('monthly', 'Once a month')], help_text='It goes with the next one of these that has anything new to tell, and with no other.', max_length=12, verbose_name='with the next update'),
        ),
        migrations.AlterField(
            model_name='note',
            name='run',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='digests.run', verbose_name='went with'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(condition=models.Q(('run__isnull', True)), fields=['frequency'], name='note_waiting'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('run__isnull', False), models.Q(('frequency', ''), _negated=True), _connector='OR'), name='note_has_run_or_waits_for_one'),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, 'DELETE FROM digests_note WHERE run_id IS NULL'),
    ]
