"""Bodies with their number series: recorded by the head of an office, for the own area, with a word that stays."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import IssuingBody
from anju.documents.services import body_of, change_body, record_body
from anju.documents.testing import make_area, make_body, make_document, make_user

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "department": "office",
    "name": "周市镇安居办",
    "short_name": "周市安",
    "phone": "0512-5550 1023",
}


@pytest.fixture
def zone() -> Area:
    return make_area()


def test_a11_5_a_body_that_was_recorded_issues_documents_with_its_word(zone: Area) -> None:
    body = record_body(by=make_user(zone, is_leader=True), area=zone, **GIVEN)
    assert body_of(make_user(zone), zone) == body
    assert make_document(zone, body=body).reference.startswith("周市安告〔")
    assert Entry.objects.get(verb="posting.edit").after["short_name"] == "周市安"


def test_only_the_head_of_an_office_records_bodies_and_only_in_the_own_area(zone: Area) -> None:
    for by, area in ((make_user(zone), zone), (make_user(zone, is_leader=True), make_area())):
        with pytest.raises(NotAllowed):
            record_body(by=by, area=area, **GIVEN)
    assert not IssuingBody.objects.exists()


@pytest.mark.parametrize("word", ["", "ZSA", "周市安〔2026〕", "周 市", "周" * 13])
def test_the_word_of_the_numbers_is_of_chinese_characters(zone: Area, word: str) -> None:
    with pytest.raises(Refused):
        record_body(by=make_user(zone, is_leader=True), area=zone, **{**GIVEN, "short_name": word})


def test_two_bodies_never_share_a_word_and_an_office_has_one_body(zone: Area) -> None:
    head = make_user(zone, is_leader=True)
    record_body(by=head, area=zone, **GIVEN)
    with pytest.raises(Refused, match="周市安"):
        record_body(by=head, area=zone, **{**GIVEN, "department": "police"})
    with pytest.raises(Refused, match=zone.name):
        record_body(by=head, area=zone, **{**GIVEN, "short_name": "周安"})


def test_the_word_stays_once_a_number_was_given_and_old_papers_keep_what_they_say(zone: Area) -> None:
    head = make_user(zone, is_leader=True)
    body = record_body(by=head, area=zone, **GIVEN)
    changed = change_body(by=head, body=body, name="周市镇安居工作办公室", short_name="周居")
    document = make_document(zone, body=changed)
    with pytest.raises(Refused, match="周居"):
        change_body(by=head, body=changed, name="周市镇安居办", short_name="周市安")
    change_body(by=head, body=changed, name="周市镇安居办", short_name="周居", phone="0512-5550 9999")
    document.refresh_from_db()
    assert document.reference.startswith("周居告〔")


def test_bodies_are_kept_by_page_and_a_foreign_one_does_not_exist(client: Client, zone: Area) -> None:
    client.force_login(make_user(zone, is_leader=True))
    new = reverse("documents:body-new")
    assert client.post(new, {**GIVEN, "area": make_area().pk}).status_code == 422
    assert client.post(new, {**GIVEN, "area": zone.pk, "short_name": "ABC"}).status_code == 409
    assert client.post(new, {**GIVEN, "area": zone.pk}).status_code == 302
    body, foreign = IssuingBody.objects.get(), make_body(make_area(), name="外镇安居办")
    make_document(zone, body=body)
    listed = client.get(reverse("documents:bodies")).content.decode()
    assert "周市镇安居办" in listed
    assert "外镇安居办" not in listed
    change = reverse("documents:body-change", args=[body.pk])
    assert client.post(change, {**GIVEN, "name": "周市安居办"}).status_code == 302
    assert IssuingBody.objects.get(pk=body.pk).name == "周市安居办"
    assert client.get(reverse("documents:body-change", args=[foreign.pk])).status_code == 404
    client.force_login(make_user(zone))
    assert client.get(new).status_code == 403
    assert client.get(reverse("documents:bodies")).status_code == 200
