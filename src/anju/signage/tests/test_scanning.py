"""What a scan shows: everybody the little that may be known, staff more, nobody a tenant (A8.5)."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from anju.core import time
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_grid, make_user
from anju.jobs import services as jobs
from anju.signage import norms, public
from anju.signage.models import Scan, Sign
from anju.signage.selectors import lists
from anju.signage.services import printing, retention, scanning
from anju.signage.testing import Street, make_photo, make_street

pytestmark = pytest.mark.django_db
K = Sign.Kind
HERE, FAR = (31.38, 121.01), (31.40, 121.01)


@pytest.fixture
def street() -> Street:
    return make_street()


def look(sign: Sign, client: Client | None = None) -> HttpResponse:
    found: HttpResponse = (client or Client()).get(f"/q/{sign.code}/")  # type: ignore[assignment]
    return found


def words(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a8_5_everybody_sees_the_live_state_the_day_and_who_answers_and_no_tenant(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳", agreed=True)
    answer = look(street.posted(K.OUTSIDE, home))
    text = words(answer)
    assert answer.status_code == 200
    for shown in ("12幢2单元403室", "顾先生", "周敏", "0512-50000036"):
        assert shown in text
    assert [secret for secret in [*street.secrets, "王*芳", "小芳"] if secret in text] == []


def test_a8_5_the_state_is_of_now_though_the_print_is_old(street: Street) -> None:
    home = street.home()
    sign = street.posted(K.OUTSIDE, home)
    values = {"facts": {"common_alarm": False}}
    observe(by=street.office, dwelling=home, source="inspection", values=values, observed_at=time.now())
    state = public.public_state(sign.code)
    assert state is not None
    assert (state.state, state.validity, state.found_on) == ("fix", "outdated", None)
    assert "准租房" not in words(look(sign))


def test_a8_5_an_inside_sign_shows_the_public_no_more_than_the_one_outside(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳", agreed=True)
    text = words(look(street.posted(K.INSIDE, home)))
    assert "403室" in text
    assert "王*芳" not in text
    assert "A室" not in text


def test_a8_5_a_revoked_sign_says_so_and_nothing_else_of_the_home(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    printing.revoke(by=street.office, sign=sign, reason="有人复印")
    answer = look(sign)
    assert answer.status_code == 410
    assert "403室" not in words(answer)
    assert "顾先生" not in words(answer)


def test_a8_5_an_unknown_code_gets_clear_words(street: Street) -> None:
    answer = Client().get("/q/AAAABBBBCCCC/")
    assert answer.status_code == 404
    assert "119" in words(answer)  # type: ignore[arg-type]


def test_a_sign_that_was_replaced_points_at_its_age_not_at_a_wrong_state(street: Street) -> None:
    home = street.home()
    first = street.posted(K.OUTSIDE, home)
    street.posted(K.OUTSIDE, home)
    state = public.public_state(first.code)
    assert state is not None
    assert (state.validity, state.is_valid) == ("replaced", False)


def test_a8_5_staff_of_the_area_see_their_own_view_and_staff_of_another_the_public_one(street: Street) -> None:
    home = street.home()
    sign = street.printed(K.OUTSIDE, home)
    mine, foreign = Client(), Client()
    mine.force_login(make_user(department="grid", area=street.grid))
    foreign.force_login(make_user(department="grid", area=make_grid()))
    assert f"/dwellings/{home.code}/" in words(look(sign, mine))
    assert f"/signs/{sign.code}/posted/" in words(look(sign, mine))
    assert f"/dwellings/{home.code}/" not in words(look(sign, foreign))
    assert f"/signs/{sign.code}/" not in words(look(sign, foreign))


def test_a_board_shows_counts_only(street: Street) -> None:
    street.home("101")
    street.home("102", sound=False)
    state = public.public_state(street.posted(K.ESTATE, street.estate).code)
    assert state is not None
    assert state.counts == {"ok": 1, "fix": 0, "unknown": 0, "new": 1}
    assert not state.of_home


def test_a_home_that_is_not_let_any_more_shows_no_state_and_no_landlord(street: Street) -> None:
    home = street.home()
    sign = street.posted(K.OUTSIDE, home)
    values = {"facts": {"letting_state": "vacant"}}
    observe(by=street.office, dwelling=home, source="inspection", values=values, observed_at=time.now())
    state = public.public_state(sign.code)
    assert state is not None
    assert state.state == "blank"
    assert "顾先生" not in words(look(sign))


# --- where it hangs ------------------------------------------------------------------------------------------------------


def test_a8_5_a_sign_met_far_from_its_home_is_noticed_and_the_public_is_warned(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    client = Client()
    answer = client.post(f"/q/{sign.code}/here/", {"latitude": FAR[0], "longitude": FAR[1]}, follow=True)
    assert answer.status_code == 200
    assert list(lists.signs(street.office, {}, "elsewhere")) == [sign]
    scan = Scan.objects.unscoped(reason="test").get(sign=sign, elsewhere=True)
    assert scan.metres is not None
    assert scan.metres > 2000
    assert "120." not in str(scan.longitude)
    state = public.public_state(sign.code)
    assert state is not None
    assert state.elsewhere


def test_a_position_is_kept_to_a_hundred_metres_and_a_near_one_is_right(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    assert scanning.note_position(sign, HERE[0] + 0.00042, HERE[1] - 0.00038)
    scan = Scan.objects.unscoped(reason="test").get(sign=sign)
    assert (scan.latitude, scan.longitude) == (31.38, 121.01)
    assert not scan.elsewhere


def test_a_photo_taken_elsewhere_flags_the_sign_when_it_is_posted(street: Street) -> None:
    sign = street.printed(K.OUTSIDE, street.home())
    photo = make_photo(street.office, latitude=FAR[0], longitude=FAR[1])
    row = printing.mark_posted(by=street.office, sign=sign, photo=photo)
    assert row.elsewhere_at is not None
    settled = printing.settle_place(by=street.office, sign=row, note="去看过了，牌子在原处")
    assert settled.elsewhere_at is None


@pytest.mark.parametrize(
    "sent", [{}, {"latitude": "nan", "longitude": "121"}, {"latitude": "91", "longitude": "121"}, {"latitude": "x"}]
)
def test_a_position_that_is_none_records_nothing(street: Street, sent: dict[str, str]) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    assert Client().post(f"/q/{sign.code}/here/", sent).status_code == 302
    assert not Scan.objects.unscoped(reason="test").filter(latitude__isnull=False).exists()


def test_many_scans_of_a_minute_are_one_row(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    for _ in range(5):
        look(sign)
    assert Scan.objects.unscoped(reason="test").count() == 1


def test_scans_are_deleted_when_their_time_is_over(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    old = time.now() - timedelta(days=norms.SCAN_DAYS + 1)
    Scan.objects.create(sign=sign, at=old, result="good")
    kept = Scan.objects.create(sign=sign, at=time.now(), result="good")
    retention.start(time.now())
    jobs.run_all()
    assert list(Scan.objects.unscoped(reason="test")) == [kept]
