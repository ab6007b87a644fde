"""The two addresses. Neither has a session or a form: what proves the sender stands in the request itself."""

from time import time as unix_time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anju.core import time
from anju.core.policy import public
from anju.monitoring.gateway import isapi as cameras
from anju.monitoring.gateway import push as pushed
from anju.monitoring.gateway.dialects import dialects
from anju.monitoring.gateway.http.reception import Refusal, answering, body_of, keys_of, proving, stored
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.services.storing import Outcome

LARGEST_PUSH = pushed.MOST * (pushed.LARGEST + 2) + 1024
SIGNATURE = "HTTP_" + pushed.signature.HEADER.upper().replace("-", "_")


@public("a device signs every request with its own key")
@csrf_exempt  # no cookie gives a right here, so there is nothing that another site could make a browser misuse
@require_POST
@answering
def push(request: HttpRequest, device: str) -> JsonResponse:
    """One message or a list of up to 500; 200 with one result for each, in order, after the commit."""
    with proving(request):
        body = body_of(request, LARGEST_PUSH)
        try:
            # By the real clock: a demo's may have been moved, a device's has not.
            pushed.signature.verify(request.META.get(SIGNATURE, ""), body, keys=keys_of(device), now=unix_time())
        except pushed.BadSignature as error:
            raise Refusal(401, "bad_signature", str(error)) from error
    try:
        found = pushed.split(body)
    except pushed.TooMany as error:
        raise Refusal(413, "too_many", str(error)) from error
    if not found:
        raise Refusal(422, "empty", "The list holds no message.")
    received = time.now()
    items = [pushed.parse(raw, device=device, source="push", received=received) for raw in found]
    outcomes = stored(items)
    results = [_result(item, outcome) for item, outcome in zip(items, outcomes, strict=True)]
    if len(items) == 1 and isinstance(items[0], Unusable) and items[0].reason == "not_json":
        raise Refusal(
            422, "not_json", f"The body is neither a JSON object nor a list of them: {items[0].note}", results=results
        )
    return JsonResponse({"results": results})


@public("a camera's address holds a word made from its own key")
@csrf_exempt  # as above
@require_POST
@answering
def isapi(request: HttpRequest, device: str, word: str) -> JsonResponse:
    """An `EventNotificationAlert`, alone or in a multipart. Its pictures are read past and forgotten."""
    with proving(request):
        if not cameras.is_word(word, keys_of(device)):
            raise Refusal(401, "unknown_camera", "This address does not belong to a camera that is in use.")
    body = body_of(request, settings.ANJU_MAX_CAMERA_MB * 1_000_000)
    said = cameras.to_message(
        request.META.get("CONTENT_TYPE", ""), body, device=device, received=time.now(), table=dialects().camera_events
    )
    return JsonResponse({"results": [_result(said, stored([said])[0])]})


def _result(item: Message | Unusable, outcome: Outcome) -> dict[str, Any]:
    """What a machine is told of one message; the note says what exactly is wrong with it."""
    found: dict[str, Any] = {"status": outcome.status}
    if outcome.alarm:
        found["alarm"] = True
    if outcome.reason:
        found["reason"] = str(outcome.reason)
    if isinstance(item, Unusable) and item.note:
        found["note"] = item.note
    return found
