"""The pages of the log; who may open them is tested for every page at once in tests/contracts."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from anju.accounts.models import User
from anju.audit import sealer
from anju.audit.middleware import address_of
from anju.audit.models import Entry
from anju.audit.testing import make_entry, make_log

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchor_file(settings: Settings, tmp_path: Path) -> None:
    settings.ANJU_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")


@pytest.fixture
def auditor(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Signed in, and allowed what an auditor is: which department that is stands above this app."""
    monkeypatch.setattr("anju.core.policy.allowed", lambda user, verb: verb.startswith("audit."))
    user = User.objects.create(username="auditor", display_name="严正")
    client.force_login(user)
    return client


def test_x2_the_list_can_be_narrowed_by_person_act_and_day(auditor: Client) -> None:
    wanted = make_entry(verb="hazard.close", name="兰泾花苑 302")
    old = make_entry(verb="hazard.close", name="东方村 48")
    Entry.objects.filter(pk=old.pk).update(at=old.at - timedelta(days=9))
    make_entry(verb="hazard.open", name="兰泾花苑 302")
    page = auditor.get(reverse("audit:entries"), {"verb": "hazard.close", "since": "7", "q": "兰泾"}).content.decode()
    assert reverse("audit:entry", args=[wanted.pk]) in page
    assert reverse("audit:entry", args=[old.pk]) not in page


def test_a_wrong_day_in_the_address_is_no_error(auditor: Client) -> None:
    assert auditor.get(reverse("audit:entries"), {"day": "30th of February", "since": "-1"}).status_code == 200


def test_x2_an_entry_shows_before_and_after(auditor: Client) -> None:
    entry = make_entry(before={"state": "open", "days": 3}, after={"state": "closed"})
    page = auditor.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "open" in page
    assert "closed" in page


def test_an_entry_that_does_not_exist_is_not_found(auditor: Client) -> None:
    assert auditor.get(reverse("audit:entry", args=[987_654])).status_code == 404


def test_the_export_is_in_the_log_itself(auditor: Client) -> None:
    make_log(2)
    answer = auditor.get(reverse("audit:export"), {"verb": "hazard.open"})
    assert answer["Content-Type"].endswith("sheet")
    assert Entry.objects.filter(verb="audit.export", actor_name="严正").count() == 1


def test_x2_verification_on_the_page_names_what_was_changed(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anju.audit.verify.STEP", 2)
    entries = make_log(4)
    sealer.seal_all()
    Entry.objects.filter(pk=entries[3].pk).update(reason="forged")
    state = auditor.get(reverse("audit:verification")).context["state"]
    for _step in range(5):
        answer = auditor.post(reverse("audit:verification-step"), {"state": state})
        state = answer.context["state"]
        if answer.context["progress"].finished:
            break
    assert reverse("audit:entry", args=[entries[3].pk]) in answer.content.decode()


def test_a_forged_state_of_verification_starts_from_the_beginning(auditor: Client) -> None:
    make_log(1)
    sealer.seal_all()
    answer = auditor.post(reverse("audit:verification-step"), {"state": "forged"})
    assert answer.context["progress"].entries >= 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "9.9.9.9, 10.0.0.7", "10.0.0.7"),
        (2, "9.9.9.9, 10.0.0.7, 10.0.0.8", "10.0.0.7"),
        (2, "10.0.0.8", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    settings: Settings, rf: object, proxies: int, forwarded: str, seen: str
) -> None:
    settings.ANJU_PROXY_COUNT = proxies
    request = rf.get("/", headers={"X-Forwarded-For": forwarded})  # type: ignore[attr-defined]
    assert address_of(request) == seen


def test_an_entry_keeps_the_address_of_the_request(auditor: Client) -> None:
    auditor.get(reverse("audit:export"), REMOTE_ADDR="10.1.2.3")
    assert Entry.objects.get(verb="audit.export").address == "10.1.2.3"
