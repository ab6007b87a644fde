"""Reading the ledgers that offices keep (X4): pure functions from a file to checked rows, no database.

The line a file runs along: `sheets` opens it safely, `header` finds the table in it, `columns` guesses what each column
holds, `rows` checks every cell through `values` and `address`, `correct` groups equal errors, `export` hands the bad rows
back. What is done with good rows is decided by `anju.dwellings.services.imports`.
"""
