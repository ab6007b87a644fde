"""The log of an embedded database, into which every commit is written first, copied into the file beside the commits.

Left alone SQLite copies it in the commit that makes it long enough: that one waits some 15 ms, with the device that wants its
answer. Copied by somebody else a commit waits only for the disk, which syncs one file at a time.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

LONG = 4000  # pages not copied yet, 16 MB; `wal_autocheckpoint` of the settings is four times that


def copy_log(connection: BaseDatabaseWrapper) -> None:
    """Copy the log as far as nobody reads from it, when it is long. Holds up no writer and waits for nobody."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(NOOP)")
        _busy, pages, copied = cursor.fetchone()
        if pages - copied >= LONG:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
