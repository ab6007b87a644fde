"""From print to door and down again: posting, growing out of date by itself, revoking, the fact for the standard (A8.5)."""

from datetime import timedelta

import pytest
from django.test import Client

from anju.accounts.services import system_actor
from anju.areas import lines
from anju.areas.models import Area
from anju.areas.services.registering import register
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.services.editing import change_parties
from anju.dwellings.services.facts import observe
from anju.dwellings.services.judging import cases_of
from anju.dwellings.services.people import arrive
from anju.dwellings.testing import make_grid, make_user
from anju.jobs import services as jobs
from anju.jobs.models import Job
from anju.registration.services import consents
from anju.signage.models import Sign
from anju.signage.selectors import lists
from anju.signage.services import comparing, printing, styles
from anju.signage.services.facts import inside_sign
from anju.signage.testing import Street, make_photo, make_street

pytestmark = pytest.mark.django_db
K, S = Sign.Kind, Sign.State


@pytest.fixture
def street() -> Street:
    return make_street()


def fresh(sign: Sign) -> Sign:
    found: Sign = Sign._base_manager.get(pk=sign.pk)
    return found


def a_minute_later() -> None:
    """The schedule finds what was marked, and the worker compares it."""
    comparing.start(time.now())
    jobs.run_all()


def test_a_sign_that_is_posted_takes_the_place_of_the_one_that_hung_there(street: Street) -> None:
    home = street.home()
    first = street.posted(K.OUTSIDE, home)
    second = street.posted(K.OUTSIDE, home)
    assert (fresh(first).state, fresh(first).replaced_by) == (S.REPLACED, second)
    assert (second.state, second.edition) == (S.POSTED, 2)
    assert first.code != second.code  # a scan tells which sheet still hangs
    assert Entry.objects.filter(verb="sign.post").count() == 2


def test_a_print_that_was_never_posted_gives_way_to_a_newer_one(street: Street) -> None:
    home = street.home()
    first, second = street.printed(K.OUTSIDE, home), street.printed(K.OUTSIDE, home)
    assert (fresh(first).state, second.state) == (S.REPLACED, S.PRINTED)


def test_a_sign_is_posted_once_and_only_while_it_is_right(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home("101"))
    with pytest.raises(Refused, match="already on record|已经登记"):
        printing.mark_posted(by=street.office, sign=sign, photo=make_photo(street.office))
    home = street.home("102")
    waiting = street.printed(K.OUTSIDE, home)
    observe(
        by=street.office, dwelling=home, source="inspection", values={"facts": {"common_alarm": False}}, observed_at=time.now()
    )  # fmt: skip
    with pytest.raises(Refused, match="no longer right|已经不对"):
        printing.mark_posted(by=street.office, sign=waiting, photo=make_photo(street.office))


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        (K.OUTSIDE, "state", ["state"]),
        (K.OUTSIDE, "landlord", ["landlord"]),
        (K.OUTSIDE, "leader", ["officers"]),
        (K.OUTSIDE, "vacant", ["not_let"]),
        (K.INSIDE, "moves in", ["occupants"]),
        (K.INSIDE, "withdraws", ["occupants"]),
        (K.UNIT, "state", ["state"]),
        (K.UNIT, "leader", ["officers"]),
        (K.ESTATE, "leader", ["officers"]),
    ],
)
def test_a8_5_a_sign_is_found_out_of_date_by_itself_with_its_reason(
    street: Street, kind: str, change: str, why: list[str]
) -> None:
    home = street.home()
    tenant = street.lives(home, "王小芳", agreed=True)
    subject = {K.ESTATE: street.estate, K.UNIT: street.unit}.get(K(kind), home)
    sign = street.posted(kind, subject)
    a_minute_later()
    assert fresh(sign).outdated == []
    _change(street, home, tenant, change)
    a_minute_later()
    found = fresh(sign)
    assert found.outdated == why
    assert found.outdated_since is not None
    assert list(lists.signs(street.office, {"why": why[0]}, "outdated")) == [found]


def _change(street: Street, home: Dwelling, tenant: Occupant, change: str) -> None:
    values: dict[str, dict[str, object]]
    if change == "state":
        values = {"facts": {"common_alarm": False}}
        observe(by=street.office, dwelling=home, source="inspection", values=values, observed_at=time.now())
    elif change == "vacant":
        values = {"facts": {"letting_state": "vacant"}}
        observe(by=street.office, dwelling=home, source="inspection", values=values, observed_at=time.now())
    elif change == "landlord":
        new = street.party("沈宝根")
        home.refresh_from_db()
        change_parties(by=street.office, dwelling=home, seen_at=home.updated_at, landlord=new)
    elif change == "leader":
        street.grid.leader_phone = "0512-50000099"
        street.grid.save()
    elif change == "moves in":
        arrive(by=street.office, dwelling=home, name="李强", since=time.today(), room=home.rooms.get())
    else:
        consents.withdraw(by=street.office, dwelling=home, party=tenant.party)


def test_a_sign_outside_stays_right_when_the_home_is_checked_anew_until_the_announced_day_is_past(
    street: Street,
) -> None:
    home = street.home()
    sign = street.posted(K.OUTSIDE, home)
    day = time.today() + timedelta(days=93)
    fresh_home = Dwelling._base_manager.get(pk=home.pk)
    assert comparing.found_in([sign], time.today() + timedelta(days=92))[sign.pk] == []
    assert "check_due" in comparing.found_in([sign], day)[sign.pk]
    assert fresh_home.verdict == "compliant"


def test_totals_of_a_board_grow_old_after_a_month_and_not_before(street: Street) -> None:
    street.home("101")
    sign = street.posted(K.ESTATE, street.estate)
    street.home("102")
    assert comparing.found_in([sign], time.today() + timedelta(days=29))[sign.pk] == []
    assert comparing.found_in([sign], time.today() + timedelta(days=30))[sign.pk] == ["totals"]


def test_a_contact_that_changes_puts_every_sign_that_named_him_out_of_date(street: Street) -> None:
    home = street.home()
    sign = street.posted(K.OUTSIDE, home)
    head = make_user(department="office", area=Area.objects.get(kind="city"), is_leader=True)
    styles.set_contact(by=head, role="police", name="陆志伟", phone="0512-50000021", area=street.grid.parent)
    jobs.run_all()
    assert fresh(sign).outdated == ["officers"]


def test_a_leader_who_comes_with_a_list_puts_the_signs_of_the_grid_out_of_date(street: Street) -> None:
    grid, city = street.grid, Area.objects.get(kind="city")
    Area.objects.filter(pk=grid.pk).update(leader_name="")
    sign = street.posted(K.OUTSIDE, street.home())
    a_minute_later()
    assert fresh(sign).outdated == []
    assert grid.parent is not None
    row = ",".join([str(grid.parent.parent), grid.parent.name, grid.name, "陆建国"])
    register(by=system_actor(), area=city, lines=lines.read(lines.cut(row), lines.columns_of(city)))
    a_minute_later()
    assert fresh(sign).outdated == ["officers"]


def test_a_private_mobile_number_never_comes_onto_a_sign(street: Street) -> None:
    with pytest.raises(Refused, match="mobile number|手机号"):
        styles.set_contact(by=street.office, role="police", name="陆志伟", phone="13900128816", area=street.grid)


def test_a_sign_that_is_out_of_date_is_not_printed_again(street: Street, client: Client) -> None:
    home = street.home()
    sign = street.posted(K.OUTSIDE, home)
    client.force_login(street.office)
    assert client.get(f"/signs/{sign.code}/pdf/").content.startswith(b"%PDF")
    values = {"facts": {"common_alarm": False}}
    observe(by=street.office, dwelling=home, source="inspection", values=values, observed_at=time.now())
    assert client.get(f"/signs/{sign.code}/pdf/").status_code == 409


# --- the fact of the standard --------------------------------------------------------------------------------------------


def test_a8_4_the_sign_inside_is_a_fact_of_the_home_only_while_it_hangs_and_is_right(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳")
    today = time.today()
    assert inside_sign([home], today) == {}  # nothing printed here: what somebody saw still stands
    sign = street.printed(K.INSIDE, home)
    assert inside_sign([home], today)[home.pk][0] == {"inside_sign": False}
    printing.mark_posted(by=street.office, sign=sign, photo=make_photo(street.office))
    assert inside_sign([home], today)[home.pk][0] == {"inside_sign": True}
    street.lives(home, "李强")
    comparing.compare_now(fresh_with_home(sign))
    assert inside_sign([home], today)[home.pk][0] == {"inside_sign": False}


def fresh_with_home(sign: Sign) -> Sign:
    found: Sign = Sign._base_manager.select_related("dwelling", "place").get(pk=sign.pk)
    return found


def test_the_home_is_judged_anew_when_its_sign_inside_is_posted_and_when_it_ages(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳")
    sign = street.posted(K.INSIDE, home)
    assert not home.findings.filter(rule="D31").exists()
    street.lives(home, "李强")
    comparing.compare_now(fresh_with_home(sign))
    assert home.findings.get(rule="D31").status == "violation"
    home.refresh_from_db()
    assert home.verdict == "compliant"  # a paper never turns a home red
    case, _until = cases_of([(home, home.current)], time.today())[0]
    assert case["inside_sign"] is False


# --- revoking ------------------------------------------------------------------------------------------------------------


def test_a_revoked_sign_is_worthless_and_its_successor_has_another_code(street: Street) -> None:
    sign = street.posted(K.OUTSIDE, street.home())
    new = printing.revoke(by=street.office, sign=sign, reason="有人复印", replace=True)
    old = fresh(sign)
    assert (old.state, old.replaced_by, old.ended_because) == (S.REVOKED, new, "有人复印")
    assert new.code != old.code
    assert new.state == S.PRINTED
    with pytest.raises(Refused, match="already ended|已经停用"):
        printing.revoke(by=street.office, sign=old, reason="再来一次")
    with pytest.raises(Refused, match="Say why|请写明"):
        printing.revoke(by=street.office, sign=new, reason=" ")


def test_codes_are_long_and_of_letters_that_can_be_read_aloud(street: Street) -> None:
    codes = {street.printed(K.ESTATE, street.estate).code for _ in range(3) if street.home(f"{100 + _}")}
    assert all(len(code) >= 10 and not set(code) & set("0O1I") for code in codes)
    assert len(codes) == 3


# --- who may -------------------------------------------------------------------------------------------------------------


def test_nobody_prints_posts_or_revokes_outside_his_area_or_without_the_verb(street: Street) -> None:
    home = street.home()
    sign = street.printed(K.OUTSIDE, home)
    stranger = make_user(department="office", area=make_grid())
    with pytest.raises(NotAllowed):
        printing.print_sign(by=stranger, kind=K.UNIT, subject=street.unit)
    fire = make_user(department="fire", area=street.grid)
    with pytest.raises(NotAllowed):
        printing.print_sign(by=fire, kind=K.OUTSIDE, subject=home)
    grid_worker = make_user(department="grid", area=street.grid)
    with pytest.raises(NotAllowed):
        printing.revoke(by=grid_worker, sign=sign, reason="x")
    assert not lists.visible(stranger).exists()


def test_comparing_all_signs_takes_a_killed_run_up_where_it_was(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "STEP", 2)
    signs = [street.posted(K.OUTSIDE, street.home(str(100 + number))) for number in range(5)]
    Sign._base_manager.update(compared_at=None, look_again=False)
    comparing.start_all(time.now())
    job = Job.objects.get(kind=comparing.KIND, key="all", status="queued")
    claimed = jobs.claim(time.now())
    assert claimed is not None
    assert claimed.pk == job.pk
    comparing.step(claimed)  # and the worker dies here
    Job.objects.filter(pk=job.pk).update(lease_until=time.now() - timedelta(seconds=1))
    jobs.run_all()
    assert Job.objects.get(pk=job.pk).done == len(signs)
    assert not Sign._base_manager.filter(compared_at=None).exists()
