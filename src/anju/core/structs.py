"""What data from outside is read into (msgspec's structs), safe to use from several threads."""

from typing import TypeVar

import msgspec

Class = TypeVar("Class", bound=type)
READABLE: set[type] = set()


def readable(struct: Class) -> Class:
    """Decorates every class that `msgspec.convert` or `decode` makes objects of.

    msgspec works out what the fields are when something is first read into them. Where two threads do that at once it follows
    an empty pointer and takes the process with it (msgspec 0.22); on import there is one.
    """
    msgspec.json.Decoder(struct)
    READABLE.add(struct)
    return struct
