"""Ledgers from upload to register and back (X4), on top of the pure reader in `anju.dwellings.ledger`.

    upload ─ ledger-check (opens, guesses columns, checks rows, compares with the register) ─ preview
           ─ ledger-write (stages, then publishes) ─ done ─ ledger-undo ─ undone

How an import is whole or not at all although it runs in chunks of a few milliseconds: new homes are written hidden first,
with everything that can fail; only when the last one stands are they shown and the changes of known homes recorded. What
fails while staging is taken away again; what dies while publishing goes on where it stopped, and if it cannot, all of it
is undone. `writing` has the steps, `undoing` the way back.
"""

from anju.dwellings.services.imports import jobs as jobs  # registers the kinds of job
from anju.dwellings.services.imports.steps import (
    choose_columns,
    confirm_column,
    correct,
    give_up,
    undo,
    upload,
    write,
)

__all__ = ["choose_columns", "confirm_column", "correct", "give_up", "undo", "upload", "write"]
