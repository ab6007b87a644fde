"""Public codes: what stands in addresses and on paper instead of a row number, never changed, never guessed."""

import secrets

# No 0/O, 1/I/L, U: codes are read aloud on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(prefix: str, length: int = 10) -> str:
    """Every letter equally likely; one draw for all of them, because an import makes tens of thousands of codes."""
    number, letters = secrets.randbelow(len(ALPHABET) ** length), ""
    for _place in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return prefix + letters
