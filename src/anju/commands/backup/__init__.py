"""Backup, restore and upgrade: one portable format for SQLite and PostgreSQL, with a hash of every table's rows.

A backup is one tar file: `tables/NAME.jsonl.gz` (rows in order of their key), `files/…` (photos, documents), `keys/…`
(encryption keys, secret key, demo mark), `anchor/…` (heads of the audit log), and `manifest.json`, which lists all of
them apart with sizes and hashes.
"""
