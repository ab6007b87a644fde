"""Numbered official documents as Word and PDF, and the record of their service (A11.5)."""
