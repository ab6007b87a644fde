"""Anju (安居): makes a city's group-rented housing safe.

Importing the package swaps in pysqlite3's SQLite where it is installed: the library that Python and most systems
ship has the WAL-reset bug (corruption when two processes checkpoint at once; fixed in SQLite 3.51.3), and the
embedded city is several processes on one file.
"""

import sys

try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:  # not on this platform: the start-up check says whether the system's SQLite is new enough
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

__version__ = "0.1.0"
