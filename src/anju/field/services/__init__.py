"""Everything that writes records of the field app: receiving, applying, photos, receipts, decisions, phones."""
