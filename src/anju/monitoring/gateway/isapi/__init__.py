"""Hikvision ISAPI: cameras post an `EventNotificationAlert`, as XML or as multipart with a picture (A4.6, A4.7).

- `to_message(content_type, body, device=, received=, table=)` gives a `Message` or an `Unusable`; it never raises for what
  the body holds. The caller limits the body (a picture has some MB) and proves that the request is the device's.
- `pictures(content_type, body)` hands out the pictures, to who may keep them; `to_message` never looks at them.
- `word(key)` is what a camera's address ends with, `is_word` the check of it.
- `table_of({"name": "ebike_in_lift"})` adds a city's own camera events to the documented ones.
"""

from anju.monitoring.gateway.isapi.access import is_word, word
from anju.monitoring.gateway.isapi.alerts import (
    TABLE,
    Alert,
    Mapped,
    Picture,
    meaning,
    pictures,
    read,
    table_of,
    to_message,
)
from anju.monitoring.gateway.isapi.multipart import BadBody
from anju.monitoring.gateway.isapi.xml import BadXml

__all__ = [
    "TABLE",
    "Alert",
    "BadBody",
    "BadXml",
    "Mapped",
    "Picture",
    "is_word",
    "meaning",
    "pictures",
    "read",
    "table_of",
    "to_message",
    "word",
]
