"""/alarms/stream/ and /alarms/since/: news for the screens that are watching.

Server-sent events. Under ASGI one connection stays open and costs no thread while nothing happens; a server without it gives
one answer and closes, and the browser asks again after `retry`. A screen whose line breaks comes back with Last-Event-ID and
is told what it missed. Every event carries the whole of what rings, so that a lost one does no harm.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, close_old_connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from anju.accounts.http import Request, prolong
from anju.core import time
from anju.core.policy import needs
from anju.monitoring.selectors.live import EVERY, Marks, lookout, news, news_of

BEAT = 5.0  # seconds without news after which the screen is told that the line still holds
LASTS = 600.0  # seconds after which a stream ends and the browser asks anew: its posting may have changed
RETRY = 2000  # milliseconds
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="alarms-live")

Look = Callable[[], Awaitable[Marks]]
Tell = Callable[[str], Awaitable[dict[str, Any] | None]]


@needs("alarm.view")
@require_GET
def since(request: Request) -> HttpResponse:
    """The same news for a screen that asks every few seconds."""
    prolong(request)
    told = news(request.user, request.GET.get("after", ""), time.now())
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@needs("alarm.view")
@require_GET
def stream(request: Request) -> StreamingHttpResponse:
    prolong(request)
    cursor = request.headers.get("Last-Event-ID", "") or request.GET.get("after", "")
    events: AsyncIterator[str] | Iterator[str]
    if isinstance(request, ASGIRequest):
        events = _open(request, cursor)
    else:
        events = iter([f"retry: {RETRY}\n\n", said("news", news(request.user, cursor, time.now()))])
    answer = StreamingHttpResponse(events, content_type="text/event-stream")
    answer["Cache-Control"] = "no-cache, no-store"
    answer["X-Accel-Buffering"] = "no"  # a proxy that waits for more would hold an alarm back
    return answer


def said(event: str, told: dict[str, Any]) -> str:
    mark = f"id: {told['cursor']}\n" if "cursor" in told else ""
    return f"{mark}event: {event}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


async def _open(request: Request, cursor: str) -> AsyncIterator[str]:
    user_id, language, session = request.user.pk, get_language() or "zh-hans", request.session
    await sync_to_async(close_old_connections)()  # what the request itself used is not held for ten minutes

    async def look() -> Marks:
        return await sync_to_async(lookout.marks, thread_sensitive=False, executor=_threads)()

    async def tell(after: str) -> dict[str, Any] | None:
        return await sync_to_async(_tell, thread_sensitive=False, executor=_threads)(user_id, session, language, after)

    async for event in watch(cursor, look, tell):
        yield event


def _tell(user_id: int, session: SessionBase, language: str, after: str) -> dict[str, Any] | None:
    close_old_connections()
    try:
        key = session.session_key
        return news_of(user_id, language, after) if key and session.exists(key) else None
    finally:
        close_old_connections()


async def watch(
    cursor: str, look: Look, tell: Tell, *, lasts: float = LASTS, beat: float = BEAT, every: float = EVERY
) -> AsyncIterator[str]:
    """Events until `lasts` is over or the person may see alarms no more. look: marks of what changed lately in the whole
    city; tell: news of this person since a cursor, None when there is none for him any more.
    """
    yield f"retry: {RETRY}\n\n"
    begun, last_said, before, sent = monotonic(), 0.0, frozenset[Any](), None
    first = True
    while monotonic() - begun < lasts:
        try:
            marks = await look()
            if first or marks - before:
                told = await tell(cursor)
                if told is None:
                    yield said("bye", {})
                    return
                # Told of as new only once it was sent: a look that failed is made again.
                before, first, cursor = marks, False, told["cursor"]
                shown = {name: value for name, value in told.items() if name != "cursor"}
                if shown != sent or told["changed"]:
                    sent, last_said = shown, monotonic()
                    yield said("news", told)
            if monotonic() - last_said >= beat:
                last_said = monotonic()
                yield said("beat", {})
        except (
            OSError,
            DatabaseError,
        ):  # the database is away: say nothing, so that the screen sees that the line is down
            pass
        await asyncio.sleep(every)
