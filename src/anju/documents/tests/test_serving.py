"""Every kind of service has its own proof, and the signal carries what starts the clock (A11.5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from anju.accounts.models import User
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document, Service
from anju.documents.services import serve, void
from anju.documents.signals import document_served
from anju.documents.testing import make_area, make_document, make_slip, make_user

How = Service.How


@pytest.fixture
def zone(db: None) -> Area:
    return make_area()


@pytest.fixture
def clerk(zone: Area) -> User:
    return make_user(zone)


@pytest.fixture
def document(zone: Area) -> Document:
    return make_document(zone, at=time.now() - timedelta(days=60))


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    calls: list[Any] = []

    def listen(sender: Any, document: Document, service: Service, **kwargs: Any) -> None:
        calls.append((document.pk, service.how, service.served_at))

    document_served.connect(listen)
    yield calls
    document_served.disconnect(listen)


def test_a11_5_a_signed_service_is_kept_audited_and_announced(
    document: Document, clerk: User, heard: list[Any]
) -> None:
    at = time.now() - timedelta(hours=1)
    service = serve(
        by=clerk, document=document, how=How.IN_PERSON, served_at=at, receiver="周桂芳", proof=[make_slip()]
    )
    assert (service.served_by, service.receiver, service.document) == (clerk, "周桂芳", document)
    assert heard == [(document.pk, How.IN_PERSON, at)]
    assert Entry.objects.get(verb="document.serve").after["how"] == "in_person"


@pytest.mark.parametrize(
    ("how", "lacks", "gives"),
    [
        (How.IN_PERSON, {}, {"receiver": "周桂芳", "photos": 1}),
        (How.IN_PERSON, {"receiver": "周桂芳"}, {"receiver": "周桂芳", "photos": 1}),
        (
            How.IN_PERSON,
            {"receiver": "周桂芳", "photos": 1, "refused_to_sign": True},
            {"receiver": "周桂芳", "photos": 1},
        ),
        (How.LEFT, {"refused_to_sign": True}, {"refused_to_sign": True, "witness": "新镇社区 李卫"}),
        (How.POST, {}, {"tracking": "XA12345678932"}),
        (How.POST, {"tracking": "XA1", "refused_to_sign": True}, {"tracking": "XA1"}),
        (How.ELECTRONIC, {"receiver": "周桂芳"}, {"address_confirmation": "周市安确〔2026〕3 号"}),
    ],
)
def test_a11_5_a_service_without_its_proof_is_refused_and_nothing_is_written(
    document: Document, clerk: User, heard: list[Any], how: str, lacks: dict[str, Any], gives: dict[str, Any]
) -> None:
    at = time.now() - timedelta(hours=1)
    lacks, gives = ({**given, "proof": [make_slip()] * given.get("photos", 0)} for given in (lacks, gives))
    for given in (lacks, gives):
        given.pop("photos", None)
    with pytest.raises(Refused):
        serve(by=clerk, document=document, how=how, served_at=at, **lacks)
    assert not Service.objects.exists()
    assert heard == []
    serve(by=clerk, document=document, how=how, served_at=at, **gives)
    assert len(heard) == 1


def test_a11_5_a_public_notice_takes_effect_at_its_end(document: Document, clerk: User) -> None:
    posted = time.today() - timedelta(days=31)
    told: dict[str, Any] = {"note": "公告栏和区镇网站；其他方式均无法送达"}
    with pytest.raises(Refused, match="30"):
        serve(by=clerk, document=document, how=How.PUBLIC, served_at=time.day_start(posted), posted_on=posted, **told)
    end = time.day_start(posted + timedelta(days=30))
    with pytest.raises(Refused):
        serve(by=clerk, document=document, how=How.PUBLIC, served_at=end, posted_on=posted)
    service = serve(by=clerk, document=document, how=How.PUBLIC, served_at=end, posted_on=posted, **told)
    assert service.posted_on == posted


def test_a11_5_a_legal_order_is_served_by_two(zone: Area, clerk: User) -> None:
    order = make_document(zone, kind=Document.Kind.ORDER)
    with pytest.raises(Refused) as caught:
        serve(by=clerk, document=order, how=How.IN_PERSON, served_at=time.now(), receiver="周桂芳", proof=[make_slip()])
    assert "四十二" in caught.value.law
    serve(
        by=clerk,
        document=order,
        how=How.IN_PERSON,
        served_at=time.now(),
        receiver="周桂芳",
        second_officer="吴一凡",
        proof=[make_slip()],
    )


def test_a_service_lies_between_issue_and_now(document: Document, clerk: User) -> None:
    for at in (document.issued_at - timedelta(minutes=2), time.now() + timedelta(minutes=2)):
        with pytest.raises(Refused):
            serve(by=clerk, document=document, how=How.IN_PERSON, served_at=at, receiver="周桂芳", proof=[make_slip()])


def test_a_service_sent_twice_is_recorded_once(document: Document, clerk: User) -> None:
    at = time.now()
    serve(by=clerk, document=document, how=How.IN_PERSON, served_at=at, receiver="周桂芳", proof=[make_slip()])
    with pytest.raises(Refused, match="already|已"):
        serve(by=clerk, document=document, how=How.IN_PERSON, served_at=at, receiver="周桂芳", proof=[make_slip()])
    assert Service.objects.count() == 1


def test_who_does_not_see_the_document_cannot_serve_it_and_a_void_one_is_never_served(
    document: Document, zone: Area
) -> None:
    with pytest.raises(NotAllowed):
        serve(by=make_user(make_area()), document=document, how=How.IN_PERSON, served_at=time.now(), receiver="甲")
    head = make_user(zone, is_leader=True)
    void(by=head, document=document, reason="写错")
    with pytest.raises(Refused, match="写错"):
        serve(by=head, document=document, how=How.IN_PERSON, served_at=time.now(), receiver="甲")
