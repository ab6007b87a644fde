"""Messages: written once with the call, sent by whoever comes first, tried again, never doubled inside."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import override_settings

from anju.core import time
from anju.stations import channels
from anju.stations.models import Message
from anju.stations.services import messages, people
from anju.stations.testing import Site, make_callout, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def sent() -> Iterator[list[channels.Letter]]:
    """SMS and voice go into a list."""
    letters: list[channels.Letter] = []

    def keep(letter: channels.Letter) -> str:
        letters.append(letter)
        return f"ok {len(letters)}"

    for name in ("sms", "voice"):
        channels.use(name, keep)
    yield letters
    channels._adapters.clear()


def test_the_duty_line_is_rung_and_texted_and_everybody_on_duty_is_texted(
    site: Site, sent: list[channels.Letter]
) -> None:
    on_duty = site.members[0]
    people.edit_member(by=site.head, member=on_duty, values={"phone": "19900001234"})
    row = make_callout(site)
    messages.send_all(time.now())
    assert sorted((letter.channel, letter.number) for letter in sent) == [
        ("sms", "0512-50000119"), ("sms", "19900001234"), ("voice", "0512-50000119"),
    ]  # fmt: skip
    assert all(row.where in letter.text and row.code in letter.text for letter in sent)
    assert {message.state for message in Message.objects.all()} == {"sent"}
    messages.send_all(time.now())
    assert len(sent) == 3


def test_two_workers_send_a_message_once(site: Site, sent: list[channels.Letter]) -> None:
    make_callout(site)
    now = time.now()
    row = Message.objects.first()
    assert row is not None
    stale = Message.objects.get(pk=row.pk)
    assert messages.send(row, now)
    assert not messages.send(stale, now)
    assert len(sent) == 1


def test_a_worker_that_died_while_sending_leaves_the_message_to_the_next(
    site: Site, sent: list[channels.Letter]
) -> None:
    make_callout(site)
    now = time.now()
    for row in Message.objects.all():
        assert messages._claim(row, now)  # and then it was killed
    messages.send_all(now)
    assert sent == []
    messages.send_all(now + messages.TAKEN)
    assert len(sent) == Message.objects.count()


def test_without_a_gateway_the_message_waits_and_says_why_then_gives_up(site: Site) -> None:
    make_callout(site)
    moment = time.now()
    messages.send_all(moment)
    row = Message.objects.first()
    assert row is not None
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "ANJU_MESSAGES_URL" in row.trouble
    assert row.try_at == moment + timedelta(seconds=5)
    for _again in range(messages.MOST_ATTEMPTS):
        moment += timedelta(minutes=20)
        messages.send_all(moment)
    row.refresh_from_db()
    assert row.state == "failed"


@override_settings(ANJU_DEMO=True)
def test_a_demo_sends_nothing_outside_and_shows_the_message_on_screen(site: Site) -> None:
    make_callout(site)
    messages.send_all(time.now())
    assert {row.state for row in Message.objects.all()} == {"shown"}


class _Gateway(BaseHTTPRequestHandler):
    seen: list[tuple[str, Any]] = []
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.headers["Idempotency-Key"], body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"accepted")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    _Gateway.seen, _Gateway.status = [], 200
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_http_adapter_posts_the_text_with_its_key_and_repeats_it_under_the_same_key(
    site: Site, gateway: str
) -> None:
    make_callout(site)
    row = Message.objects.filter(channel="sms").first()
    assert row is not None
    now = time.now()
    with override_settings(ANJU_MESSAGES_URL=gateway, ANJU_MESSAGES_KEY="s"):
        _Gateway.status = 500
        messages.send(row, now)
        row.refresh_from_db()
        assert row.state == "waiting"
        _Gateway.status = 200
        messages.send(row, row.try_at)
    row.refresh_from_db()
    assert (row.state, row.receipt) == ("sent", "accepted")
    (first, body), (second, _body) = _Gateway.seen
    assert first == second == row.key
    assert body == {"key": row.key, "channel": "sms", "to": "0512-50000119", "text": row.text}
