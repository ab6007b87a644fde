"""The pages of documents: who sees which, the two files, service and void by form."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import time
from anju.documents.models import Document, Service
from anju.documents.testing import make_area, make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone() -> Area:
    return make_area()


@pytest.fixture
def head(zone: Area) -> User:
    return make_user(zone, is_leader=True)


@pytest.fixture
def page(client: Client, head: User) -> Client:
    client.force_login(head)
    return client


def _photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), 90).save(out, "JPEG")
    return SimpleUploadedFile("回证.jpg", out.getvalue(), content_type="image/jpeg")


def test_the_list_filters_by_kind_body_year_and_service(page: Client, zone: Area, head: User) -> None:
    notice = make_document(zone)
    letter_data = {"where": "a", "hazard": "b", "found_on": "2026-11-20", "reply_by": "2026-11-23"}
    letter = make_document(zone, kind=Document.Kind.HAND_OVER, data=letter_data)
    foreign = make_document(make_area())
    url = reverse("documents:list")
    text = page.get(url).content.decode()
    assert notice.reference in text
    assert letter.reference in text
    assert foreign.reference not in text
    for query, sees in (
        (f"kind=notice&year={notice.year}", True),
        (f"body={notice.body_id}&served=unserved", True),
        ("year=1999", False),
        ("year=²", True),  # no number: no filter
        ("served=void", False),
        ("q=周桂芳", True),
        ("area=NOWHERE", True),
    ):
        assert (notice.reference in page.get(f"{url}?{query}").content.decode()) is sees, query
    assert letter.reference not in page.get(f"{url}?served=unserved").content.decode()


def test_x1_a_document_of_another_town_does_not_exist(page: Client) -> None:
    foreign = make_document(make_area())
    for name in ("document", "pdf", "word", "serve", "void"):
        assert page.get(reverse(f"documents:{name}", args=[foreign.code])).status_code == 404


def test_the_page_shows_the_paper_and_offers_both_files(page: Client, zone: Area) -> None:
    row = make_document(zone)
    text = page.get(reverse("documents:document", args=[row.code])).content.decode()
    assert "周市镇市北村新镇花园" in text
    pdf = page.get(reverse("documents:pdf", args=[row.code]))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    word = page.get(reverse("documents:word", args=[row.code]))
    assert word.content.startswith(b"PK")
    assert "attachment" in word["Content-Disposition"]


def test_a11_5_a_service_is_recorded_by_form_with_its_photo(page: Client, zone: Area) -> None:
    row = make_document(zone, at=time.now() - timedelta(days=1))
    url = f"{reverse('documents:serve', args=[row.code])}?how=left"
    assert page.get(url).status_code == 200
    at = time.local(time.now()).strftime("%Y-%m-%dT%H:%M")
    assert page.post(url, {"served_at": at, "refused_to_sign": "on"}).status_code == 422
    done = page.post(url, {"served_at": at, "refused_to_sign": "on", "proof": [_photo()], "note": "贴于门上"})
    assert done.status_code == 302
    service = Service.objects.get()
    assert (service.how, service.refused_to_sign, service.proof.count()) == ("left", True, 1)
    proof = service.proof.get()
    shown = page.get(reverse("documents:proof", args=[row.code, proof.code]))
    assert shown["Content-Type"] == "image/jpeg"
    assert page.get(reverse("documents:proof", args=[make_document(zone).code, proof.code])).status_code == 404
    assert "贴于门上" in page.get(reverse("documents:document", args=[row.code])).content.decode()


def test_a11_5_a_public_notice_that_still_runs_is_refused_with_the_day(page: Client, zone: Area) -> None:
    row = make_document(zone, at=time.now() - timedelta(days=40))
    url = f"{reverse('documents:serve', args=[row.code])}?how=public"
    running = {"posted_on": (time.today() - timedelta(days=3)).isoformat(), "note": "公告栏"}
    assert page.post(url, running).status_code == 409
    assert not Service.objects.exists()
    ended = {"posted_on": (time.today() - timedelta(days=35)).isoformat(), "note": "公告栏；下落不明"}
    assert page.post(url, ended).status_code == 302
    assert time.day_of(Service.objects.get().served_at) == time.today() - timedelta(days=5)


def test_only_the_head_declares_void_and_says_why(page: Client, zone: Area, head: User, client: Client) -> None:
    row = make_document(zone)
    url = reverse("documents:void", args=[row.code])
    assert page.post(url, {"reason": ""}).status_code == 422
    assert page.post(url, {"reason": "收件人写错"}).status_code == 302
    assert "收件人写错" in page.get(reverse("documents:document", args=[row.code])).content.decode()
    assert page.post(url, {"reason": "再来"}).status_code == 409
    client.force_login(make_user(zone))
    assert client.post(url, {"reason": "我也要"}).status_code == 403


def test_the_export_has_the_rows_of_the_filter(page: Client, zone: Area) -> None:
    make_document(zone)
    answer = page.get(f"{reverse('documents:export')}?kind=notice")
    assert answer.content.startswith(b"PK")
