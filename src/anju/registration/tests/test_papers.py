"""Papers make a home's paperwork, and never its safety verdict."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from anju.accounts.models import User
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused, Stale
from anju.core.time import today
from anju.dwellings.models import Current, Dwelling, Party
from anju.dwellings.services.judging import judge_dwelling
from anju.dwellings.services.people import arrive
from anju.dwellings.testing import make_grid, make_party, make_sound_dwelling, make_user
from anju.registration.models import Guarantee, Lease
from anju.registration.services.guarantees import decide_guarantee, record_guarantee, withdraw_guarantee
from anju.registration.services.leases import accept_lease, end_lease, file_lease, record_lease

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Dwelling:
    grid = make_grid()
    return make_sound_dwelling(grid, landlord=make_party(grid, "周桂芳"))


@pytest.fixture
def police(home: Dwelling) -> User:
    return make_user(department="police", area=home.area)


def _register(home: Dwelling) -> dict[str, object]:
    found: dict[str, object] = Current.objects.get(dwelling=home).register
    return found


def _sign(home: Dwelling, by: User, party: Party | None = None, **over: Any) -> Guarantee:
    values: dict[str, Any] = {
        "signed_on": today(),
        "valid_until": today() + timedelta(days=365),
        "how": "phone",
        **over,
    }
    signer = party or home.landlord
    assert signer is not None
    return record_guarantee(by=by, dwelling=home, party=signer, **values)


def _lease(home: Dwelling, by: User, signed: date, name: str = "王强") -> Lease:
    return record_lease(
        by=by, dwelling=home, lessee=make_party(home.area, name), signed_on=signed, starts=signed,
        ends=today() + timedelta(days=300),
    )  # fmt: skip


def _d27(home: Dwelling) -> str:
    return home.findings.get(rule="D27").status if home.findings.filter(rule="D27").exists() else "pass"


def test_a3_1_a_guarantee_counts_only_once_the_police_confirmed_it(home: Dwelling, police: User) -> None:
    assert _d27(home) == "unknown"
    guarantee = _sign(home, police)
    assert _d27(home) == "violation"
    guarantee = decide_guarantee(by=police, guarantee=guarantee, genuine=True)
    assert _d27(home) == "pass"
    guarantee = decide_guarantee(by=police, guarantee=guarantee, genuine=False, doubt="签名不是本人")
    assert _d27(home) == "violation"
    assert Entry.objects.filter(verb="guarantee.confirm").count() == 2


def test_a3_1_where_it_is_sublet_both_must_have_signed(home: Dwelling, police: User) -> None:
    decide_guarantee(by=police, guarantee=_sign(home, police), genuine=True)
    home.sublessor = make_party(home.area, "蒋文彬")
    home.save()
    judge_dwelling(home, today())
    assert _register(home)["guarantee_signed"] is False
    assert _register(home)["sublet"] is True
    decide_guarantee(by=police, guarantee=_sign(home, police, home.sublessor), genuine=True)
    assert _register(home)["guarantee_signed"] is True


def test_a_guarantee_that_runs_out_counts_to_its_last_day_and_the_home_is_due_to_be_judged_then(
    home: Dwelling, police: User
) -> None:
    last = today() + timedelta(days=5)
    decide_guarantee(by=police, guarantee=_sign(home, police, valid_until=last), genuine=True)
    home.refresh_from_db()
    assert home.verdict_until == last + timedelta(days=1)
    judge_dwelling(home, last)
    assert _register(home)["guarantee_signed"] is True
    judge_dwelling(home, last + timedelta(days=1))
    assert _register(home)["guarantee_signed"] is False


def test_a_withdrawn_guarantee_stays_on_record_and_no_longer_counts(home: Dwelling, police: User) -> None:
    guarantee = decide_guarantee(by=police, guarantee=_sign(home, police), genuine=True)
    with pytest.raises(Refused, match=r"why|为什么"):
        withdraw_guarantee(by=police, guarantee=guarantee, reason=" ")
    withdraw_guarantee(by=police, guarantee=guarantee, reason="收错了人的签名")
    assert _register(home)["guarantee_signed"] is False
    guarantee.refresh_from_db()
    assert (guarantee.state, guarantee.doubt) == ("withdrawn", "收错了人的签名")
    with pytest.raises(Refused):
        withdraw_guarantee(by=police, guarantee=guarantee, reason="再来一次")
    with pytest.raises(Refused):
        decide_guarantee(by=police, guarantee=guarantee, genuine=True)


def test_the_second_of_two_officers_is_told_that_it_is_decided(home: Dwelling, police: User) -> None:
    guarantee = _sign(home, police)
    decide_guarantee(by=police, guarantee=Guarantee.objects.for_user(police).get(), genuine=True)
    with pytest.raises(Stale):
        decide_guarantee(by=police, guarantee=guarantee, genuine=False, doubt="像是代签")


def test_what_a_ledger_said_stands_until_a_paper_is_recorded_here(home: Dwelling, police: User) -> None:
    assert "guarantee_signed" not in _register(home)
    _sign(home, police)
    assert _register(home)["guarantee_signed"] is False


def test_missing_papers_never_make_a_safe_home_red(home: Dwelling) -> None:
    assert (home.verdict, home.paperwork) == ("compliant", "incomplete")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"signed_on": today() + timedelta(days=1)}, r"future|将来|还没到"),
        ({"valid_until": today() - timedelta(days=1)}, r"before|早于"),
        ({"how": "paper"}, r"photo|照片"),
    ],
)
def test_a_guarantee_that_cannot_be_right_is_refused(
    home: Dwelling, police: User, over: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        _sign(home, police, **over)


def test_somebody_who_does_not_let_the_home_cannot_sign_and_nobody_signs_twice(home: Dwelling, police: User) -> None:
    with pytest.raises(Refused, match="别人"):
        _sign(home, police, make_party(home.area, "别人"))
    _sign(home, police)
    with pytest.raises(Refused):
        _sign(home, police)


def test_a_grid_worker_records_but_does_not_confirm(home: Dwelling) -> None:
    worker = make_user(department="grid", area=home.area)
    guarantee = _sign(home, worker)
    with pytest.raises(NotAllowed):
        decide_guarantee(by=worker, guarantee=guarantee, genuine=True)


def test_a3_6_on_the_thirty_first_day_an_unfiled_lease_is_a_paperwork_violation(home: Dwelling, police: User) -> None:
    lease = _lease(home, police, today() - timedelta(days=30))
    home.refresh_from_db()
    assert not home.findings.filter(rule="D28", status="violation").exists()
    assert home.verdict_until == today() + timedelta(days=1)
    judge_dwelling(home, today() + timedelta(days=1))
    assert home.findings.filter(rule="D28", status="violation").exists()
    lease = file_lease(by=police, lease=lease, on=today())
    assert not home.findings.filter(rule="D28", status="violation").exists()
    with pytest.raises(Refused):
        file_lease(by=police, lease=lease, on=today())


def test_a3_6_housing_accepts_what_was_handed_in_and_nobody_else_does(home: Dwelling, police: User) -> None:
    housing = make_user(department="housing", area=home.area)
    lease = _lease(home, police, today() - timedelta(days=3))
    with pytest.raises(Refused):
        accept_lease(by=housing, lease=lease, on=today())
    lease = file_lease(by=police, lease=lease, on=today())
    with pytest.raises(NotAllowed):
        accept_lease(by=police, lease=lease, on=today())
    assert accept_lease(by=housing, lease=lease, on=today()).accepted_on == today()


def test_leases_in_force_are_counted_and_one_that_ended_early_is_not(home: Dwelling, police: User) -> None:
    first = _lease(home, police, today() - timedelta(days=9))
    _lease(home, police, today() - timedelta(days=3), "李梅")
    assert _register(home)["lease_count"] == 2
    assert _register(home)["lease_signed_days"] == 9
    end_lease(by=police, lease=first, on=today() - timedelta(days=1))
    assert _register(home)["lease_count"] == 1
    assert _register(home)["lease_signed_days"] == 3


def test_two_people_on_one_lease_the_second_is_told(home: Dwelling, police: User) -> None:
    lease = _lease(home, police, today() - timedelta(days=3))
    file_lease(by=police, lease=Lease.objects.for_user(police).get(), on=today())
    with pytest.raises(Stale):
        end_lease(by=police, lease=lease, on=today())


def test_a3_7_somebody_not_registered_after_three_days_is_counted(home: Dwelling, police: User) -> None:
    arrive(by=police, dwelling=home, name="李梅", since=today() - timedelta(days=3))
    judge_dwelling(home, today())
    home.refresh_from_db()
    assert _register(home)["occupants_unregistered"] == 0
    assert home.verdict_until == today() + timedelta(days=1)
    judge_dwelling(home, today() + timedelta(days=1))
    assert _register(home)["occupants_unregistered"] == 1


def _photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("page.jpg", out.getvalue(), "image/jpeg")


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a3_1_a_guarantee_is_recorded_with_its_photo_and_confirmed_by_hand(home: Dwelling, police: User) -> None:
    client, landlord = _client(police), home.landlord
    assert landlord is not None
    page = f"/registration/homes/{home.code}/guarantee/"
    entry = {"party": landlord.code, "signed_on": str(today()), "valid_until": "", "how": "paper"}
    assert client.post(page, entry).status_code == 422
    assert client.post(page, {**entry, "photo": SimpleUploadedFile("a.jpg", b"<svg/>")}).status_code == 422
    assert client.post(page, {**entry, "photo": _photo()}).status_code == 302
    guarantee = Guarantee.objects.for_user(police).get()
    assert client.get(f"/registration/guarantees/{guarantee.code}/photo/")["Content-Type"] == "image/jpeg"
    check = f"/registration/guarantees/{guarantee.code}/check/"
    assert client.post(check, {"verdict": "doubtful", "doubt": " "}).status_code == 409
    answer = client.post(check, {"verdict": "confirmed", "next": "https://elsewhere.example/"})
    assert answer["Location"] == f"/dwellings/{home.code}/"
    assert _d27(home) == "pass"
    assert landlord.name in client.get(f"/dwellings/{home.code}/").content.decode()


def test_a3_6_a_lease_is_recorded_filed_and_accepted_by_hand(home: Dwelling, police: User) -> None:
    client = _client(police)
    entry = {
        "lessee_name": "王强", "lessee_phone": "13800004471", "lessee_id": "", "rooms": "A", "kind": "model",
        "signed_on": str(today()), "starts": str(today()), "ends": str(today() + timedelta(days=300)), "filed_on": "",
    }  # fmt: skip
    page = f"/registration/homes/{home.code}/lease/"
    assert client.post(page, {**entry, "ends": "2020-01-01"}).status_code == 422
    assert client.post(page, {**entry, "lessee_id": "320583199001011234"}).status_code == 422
    assert client.post(page, entry).status_code == 302
    assert client.post(page, entry).status_code == 422  # the same lease twice
    lease = Lease.objects.for_user(police).get()
    answer = client.post(f"/registration/leases/{lease.code}/file/", {"next": "/registration/leases/"})
    assert answer["Location"] == "/registration/leases/"
    assert client.post(f"/registration/leases/{lease.code}/accept/").status_code == 403
    housing = _client(make_user(department="housing", area=home.area))
    assert housing.post(f"/registration/leases/{lease.code}/accept/").status_code == 302
    body = client.get("/registration/leases/?state=accepted").content.decode()
    assert home.address in body
    assert "13800004471" not in body


def test_a_refused_lease_leaves_no_new_person_behind(police: User) -> None:
    bare = make_sound_dwelling(make_grid())
    officer = make_user(department="police", area=bare.area)
    entry = {
        "lessee_name": "王强", "kind": "model", "signed_on": str(today()), "starts": str(today()),
        "ends": str(today() + timedelta(days=300)),
    }  # fmt: skip
    assert _client(officer).post(f"/registration/homes/{bare.code}/lease/", entry).status_code == 422
    assert not Party.objects.unscoped(reason="test").filter(name="王强").exists()
