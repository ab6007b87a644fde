"""Stored files by the SHA-256 of their bytes: photos, uploaded ledgers, signed papers."""
