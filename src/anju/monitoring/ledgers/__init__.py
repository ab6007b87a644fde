"""Ledgers of devices: an office's own table of what hangs where, read with the reader of the home ledgers (X4, A4.8)."""
