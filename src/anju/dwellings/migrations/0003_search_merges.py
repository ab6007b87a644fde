"""SQLite joins the pieces of the full-text index when it likes, and holds the write lock for seconds then; told not to, it
leaves that to `search.tidy`. The second number only says from how many pieces on it must not wait any longer."""

from django.db import migrations


def leave_to_us(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO dwellings_search(dwellings_search, rank) VALUES ('automerge', 0)")
        schema_editor.execute("INSERT INTO dwellings_search(dwellings_search, rank) VALUES ('crisismerge', 500)")


def leave_to_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO dwellings_search(dwellings_search, rank) VALUES ('automerge', 4)")
        schema_editor.execute("INSERT INTO dwellings_search(dwellings_search, rank) VALUES ('crisismerge', 16)")


class Migration(migrations.Migration):
    dependencies = [("dwellings", "0002_search")]
    operations = [migrations.RunPython(leave_to_us, leave_to_sqlite)]
