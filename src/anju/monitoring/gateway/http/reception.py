"""What both addresses have in common: who may speak, how much at once, and what a machine is told that may not."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse

from anju.audit.middleware import address_of
from anju.core import crypto, time
from anju.monitoring.gateway.doors import WINDOW, Doorman
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.services.keys import valid_keys
from anju.monitoring.services.storing import Outcome, store

AT_ONCE = 8  # requests of one web process that may be writing; more are told to come again
PATIENCE = 2.0  # seconds that a request waits for its turn
AGAIN = 1  # seconds after which it may come again

doorman = Doorman()
_turns = threading.BoundedSemaphore(AT_ONCE)
_door = threading.Lock()  # requests run in threads


class Refusal(Exception):
    """The request gets this answer and nothing was written."""

    def __init__(self, status: int, error: str, message: str, *, again: int = 0, **more: Any) -> None:
        super().__init__(message)
        self.status, self.again = status, again
        self.words = {"error": error, "message": message, **more}

    def answer(self) -> JsonResponse:
        response = JsonResponse(self.words, status=self.status)
        if self.again:
            response["Retry-After"] = str(self.again)
        return response


def body_of(request: HttpRequest, most: int) -> bytes:
    """The whole body. Raises Refusal (413) when it has more than `most` bytes."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    body: bytes = b"" if int(length) > most else request.read(most + 1)
    if int(length) > most or len(body) > most:
        raise Refusal(413, "too_large", f"The body has more than {most} bytes. Send fewer messages in one request.")
    return body


@contextmanager
def proving(request: HttpRequest) -> Iterator[None]:
    """Around the proof of who speaks, which raises Refusal (401) when it fails. An address with many failures waits."""
    address = address_of(request)
    with _door:
        admitted = doorman.admits(address)
    if not admitted:
        raise Refusal(
            429,
            "too_many_failures",
            "Too many requests of this address could not prove who sent them.",
            again=int(WINDOW),
        )
    right = True
    try:
        yield
    except Refusal as refusal:
        right = refusal.status != 401
        raise
    finally:
        with _door:
            doorman.done(address, right=right)


def keys_of(device: str) -> list[bytes]:
    """The device's valid keys, none for an unknown one. Raises Refusal (503) when they cannot be looked up."""
    try:
        return [key.encode() for key in valid_keys(device, time.now())]
    except (OperationalError, InterfaceError, crypto.Unreadable) as error:
        raise _away() from error


def stored(items: Sequence[Message | Unusable]) -> list[Outcome]:
    """Judged, stored and committed. Raises Refusal when the database does not answer (503) or is too busy (429)."""
    if not _turns.acquire(timeout=PATIENCE):
        raise Refusal(
            429,
            "busy",
            "More is being written than this server can take. Nothing was taken; send it again.",
            again=AGAIN,
        )
    try:
        return store(items, received=time.now())
    except (OperationalError, InterfaceError) as error:
        raise _away() from error
    finally:
        _turns.release()


def _away() -> Refusal:
    return Refusal(503, "unavailable", "The database does not answer. Nothing was taken; send it again.", again=5)


def answering(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """A refusal anywhere in the view becomes its answer."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refusal.answer()

    return answer
