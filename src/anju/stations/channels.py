"""How a message leaves the platform: channels with adapters. An adapter sends one text to one number.

`use(channel, adapter)` sets one; the settings set the HTTP adapter for SMS and voice, a demo shows everything on screen.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT = 3  # seconds; others wait behind it for their attempt


class Undeliverable(Exception):
    """Not now: the text says why, and it is tried again."""


class OnScreenOnly(Exception):
    """This installation sends nothing outside; the message is shown where it belongs."""


@dataclass(frozen=True)
class Letter:
    """key: the same for every attempt. channel: sms, voice, wecom, push."""

    key: str
    channel: str
    number: str
    text: str


Adapter = Callable[[Letter], str]  # -> what the gateway answered, for the record


def on_screen(letter: Letter) -> str:
    raise OnScreenOnly


def no_gateway(letter: Letter) -> str:
    raise Undeliverable(_("No gateway for messages is set up (ANJU_MESSAGES_URL)."))


def by_http(letter: Letter) -> str:
    """A sample adapter: POST of JSON {"key", "channel", "to", "text"} with the key as Idempotency-Key, answered by 2xx."""
    url = settings.ANJU_MESSAGES_URL
    if urlsplit(url).scheme not in ("http", "https"):
        raise Undeliverable(_("ANJU_MESSAGES_URL is no http address."))
    body = json.dumps(
        {"key": letter.key, "channel": letter.channel, "to": letter.number, "text": letter.text}, ensure_ascii=False
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": letter.key,
        "Authorization": f"Bearer {settings.ANJU_MESSAGES_KEY}",
    }
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return str(answer.read(200).decode(errors="replace"))[:80]
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise Undeliverable(str(error)[:200]) from error


_adapters: dict[str, Adapter] = {}


def use(channel: str, adapter: Adapter) -> None:
    _adapters[channel] = adapter


def adapter_of(channel: str) -> Adapter:
    """The one that was set, else by the settings."""
    if channel in _adapters:
        return _adapters[channel]
    if settings.ANJU_DEMO:
        return on_screen
    return by_http if settings.ANJU_MESSAGES_URL else no_gateway
