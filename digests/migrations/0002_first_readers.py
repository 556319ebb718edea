"""Remember the period that found nobody to write to, so that its mail is not made for the first who comes later."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digests', '0001_updates'),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='passed_period',
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
    ]
