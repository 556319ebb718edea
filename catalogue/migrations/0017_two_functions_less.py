"""Take away two functions that nothing asks any more since the best entries are found in one go."""

from importlib import import_module

from django.db import migrations

WITH_ANY = import_module("catalogue.migrations.0009_entries_with_any").CREATE
WITH_A_GROUP = import_module("catalogue.migrations.0010_entries_with_a_group").CREATE


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0016_best_entries'),
    ]

    operations = [
        migrations.RunSQL("DROP FUNCTION catalogue_entries_with_any(int[])", WITH_ANY),
        migrations.RunSQL("DROP FUNCTION catalogue_entries_with_a_group(jsonb)", WITH_A_GROUP),
    ]
