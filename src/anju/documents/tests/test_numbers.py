"""Numbers are gapless per body, kind and year, and bodies are those of the posting (A11.5)."""

import functools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from anju.accounts.models import User
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused
from anju.core.testing import SameMoment
from anju.documents.models import Document, IssuingBody, Series
from anju.documents.services import body_of, own_body, void
from anju.documents.testing import make_area, make_body, make_document, make_user

NOVEMBER = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a11_5_numbers_run_per_body_kind_and_year() -> None:
    zone, other = make_area(), make_area()
    body = make_body(zone, short_name="周市安")
    first, second = make_document(zone, body=body, at=NOVEMBER), make_document(zone, body=body, at=NOVEMBER)
    assert [first.reference, second.reference] == ["周市安告〔2026〕1 号", "周市安告〔2026〕2 号"]
    order = make_document(zone, body=body, kind=Document.Kind.HAND_OVER, at=NOVEMBER)
    next_year = make_document(zone, body=body, at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))  # 00:00 in Shanghai
    foreign = make_document(other, at=NOVEMBER)
    assert [order.number, next_year.number, foreign.number] == [1, 1, 1]
    assert next_year.year == 2027


@pytest.mark.django_db(transaction=True)
def test_a11_5_a_document_that_is_rolled_back_leaves_no_gap() -> None:
    zone = make_area()
    make_document(zone)
    with transaction.atomic():
        assert make_document(zone).number == 2
        transaction.set_rollback(True)
    assert make_document(zone).number == 2
    assert Series.objects.get().last == 2


@pytest.mark.django_db(transaction=True)
def test_a11_5_documents_issued_at_the_same_moment_get_different_numbers_without_a_gap(tmp_path: Path) -> None:
    zone = make_area()
    body, by = make_body(zone), make_user(zone)

    def issue_some(turn: int) -> list[int]:
        given = []
        for number in range(3):
            if turn == 0 and number == 1:  # one of them fails halfway: its number is given to the next
                with pytest.raises(ZeroDivisionError):
                    roll_back(zone, body, by)
            given.append(make_document(zone, body=body, by=by).number)
        return given

    given = SameMoment(tmp_path).all([functools.partial(issue_some, turn) for turn in range(4)])
    assert sorted(number for numbers in given for number in numbers) == list(range(1, 13))


def roll_back(zone: Area, body: IssuingBody, by: User) -> None:
    with transaction.atomic():
        make_document(zone, body=body, by=by)
        raise ZeroDivisionError


@pytest.mark.django_db
def test_a_void_document_keeps_its_number_and_says_why() -> None:
    zone = make_area()
    head, clerk = make_user(zone, is_leader=True), make_user(zone)
    document = make_document(zone)
    with pytest.raises(NotAllowed):
        void(by=clerk, document=document, reason="收件人写错")
    with pytest.raises(Refused, match="Say why|说明"):
        void(by=head, document=document, reason=" ")
    gone = void(by=head, document=document, reason="收件人写错")
    assert (gone.number, gone.void_reason) == (1, "收件人写错")
    assert make_document(zone).number == 2
    assert Entry.objects.filter(verb="document.void", subject_id=document.code, reason="收件人写错").exists()
    with pytest.raises(Refused, match="收件人写错"):
        void(by=head, document=document, reason="再来一次")


@pytest.mark.django_db
def test_a_document_of_another_town_can_not_be_voided() -> None:
    stranger = make_user(make_area(), is_leader=True)
    with pytest.raises(NotAllowed):
        void(by=stranger, document=make_document(make_area()), reason="不是我的")


@pytest.mark.django_db
def test_the_body_is_that_of_the_posting_and_grid_workers_write_for_their_office() -> None:
    zone = make_area()
    city = Area.objects.get(kind="city")
    community = make_area("community", zone)
    grid = make_area("grid", community)
    office, city_office = make_body(zone), make_body(city)
    fire = make_body(city, "fire")
    assert body_of(make_user(zone, "office"), grid) == office
    assert body_of(make_user(grid, "grid"), grid) == office
    assert body_of(make_user(community, "community"), grid) == office
    assert body_of(make_user(city, "office"), grid) == city_office
    assert body_of(make_user(zone, "fire"), grid) == fire
    own = make_body(community, "community", name="新镇社区")
    assert body_of(make_user(community, "community"), grid) == own


@pytest.mark.django_db
def test_a_posting_without_a_body_is_refused_in_words() -> None:
    zone = make_area()
    police = make_user(zone, "police")
    assert body_of(police, zone) is None
    with pytest.raises(Refused, match=zone.name) as caught:
        own_body(police, zone)
    assert caught.value.instead
    assert not IssuingBody.objects.exists()
