"""The full-text index of homes: a virtual table on SQLite, a table with a GIN index on PostgreSQL."""

from django.db import migrations


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE TABLE dwellings_search (id bigint PRIMARY KEY, body tsvector NOT NULL)")
        schema_editor.execute("CREATE INDEX dwellings_search_body ON dwellings_search USING gin (body)")
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE dwellings_search USING fts5(body, content='', contentless_delete=1, "
            "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\", prefix='1 2 3')"
        )


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE dwellings_search")


class Migration(migrations.Migration):
    dependencies = [("dwellings", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
