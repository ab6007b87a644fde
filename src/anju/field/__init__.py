"""The server side of the phone app with which inspectors work offline for days (A7.2, X7).

What the phone sends is kept as it came before anything is done with it (`services/receiving.py`), then applied through
the services of `inspections` (`services/applying.py`), once, whatever happens on the way. `docs/field-api.md` is the
published contract with the app.
"""
