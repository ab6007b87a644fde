"""The four signs of Article 8 (A8.1–A8.6): estate board, unit board, door sign outside and inside, each with a QR code.

Used by offices, police and grid workers who print and post them, and by everybody who scans one. A sign is one print with the
data it was made from; when the record moves on, the sign is found out of date by itself. What may stand on which sign is
decided in `selectors/drafts.py` and nowhere else: the layouts hold no field for more.
"""
