"""X3: a person's values in the log can be erased, and the chain still holds."""

from pathlib import Path

import pytest
from pytest_django import Settings

from anju.accounts.services import system_actor
from anju.audit import personal, sealer
from anju.audit.models import Entry
from anju.audit.selectors import words
from anju.audit.testing import make_entry
from anju.audit.verify import verify
from anju.core.crypto import Unreadable

pytestmark = pytest.mark.django_db
PHONE = "19900001234"


@pytest.fixture(autouse=True)
def anchor_file(settings: Settings, tmp_path: Path) -> None:
    settings.ANJU_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")


def test_x3_a_sealed_value_opens_while_its_person_is_known() -> None:
    stored = personal.seal("N1", PHONE)
    assert PHONE not in stored
    assert personal.unseal(stored) == PHONE


def test_x3_erasing_a_person_makes_the_values_unreadable_and_leaves_the_chain_whole() -> None:
    entry = make_entry(
        before={"phone": personal.seal("N1", PHONE)}, after={"phone": personal.seal("N1", "19900005678")}
    )
    sealer.seal_all()
    personal.erase(by=system_actor(), subject="N1", reason="asked for")
    sealer.seal_all()
    stored = Entry.objects.get(pk=entry.pk).before["phone"]
    assert personal.unseal(stored) is None
    assert verify().good


def test_x3_another_persons_values_stay_when_one_is_erased() -> None:
    other = personal.seal("N2", PHONE)
    personal.seal("N1", PHONE)
    personal.erase(by=system_actor(), subject="N1", reason="asked for")
    assert personal.unseal(other) == PHONE


def test_a_value_moved_under_another_person_does_not_open() -> None:
    personal.seal("N2", PHONE)
    moved = personal.seal("N1", PHONE).replace(":N1:", ":N2:")
    with pytest.raises(Unreadable):
        personal.unseal(moved)


def test_erasing_somebody_who_never_stood_in_the_log_is_an_error() -> None:
    with pytest.raises(LookupError, match="N9"):
        personal.erase(by=system_actor(), subject="N9", reason="asked for")


def test_x3_the_pages_never_show_a_personal_value() -> None:
    stored = personal.seal("N1", PHONE)
    assert PHONE not in words({"phone": stored})
    personal.erase(by=system_actor(), subject="N1", reason="asked for")
    assert words(stored) != words("")
