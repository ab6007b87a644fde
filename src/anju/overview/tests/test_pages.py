"""The page of the indicators, the lists behind the numbers, and the home page: what they show, to whom, at what cost."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from anju.accounts.models import User
from anju.core import time
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_sound_dwelling, make_user
from anju.inspections.testing import Team, make_hazard, make_team
from anju.overview.definitions import INDICATORS
from anju.overview.models import DayTally, Tally
from anju.overview.services import closing
from anju.overview.services.carrying import carry_all
from anju.overview.testing import change, make_guarantee

pytestmark = pytest.mark.django_db
TODAY = time.today()
YESTERDAY = TODAY - timedelta(days=1)


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def make_town() -> Team:
    """A town with a compliant, a red and an unseen home, one guarantee, one hazard."""
    team = make_team()
    owner = make_party(team.grid_area, "周桂芳")
    good = make_sound_dwelling(team.grid_area, landlord=owner, address="兰泾花苑 1 幢 101 室")
    make_guarantee(good, owner)
    make_sound_dwelling(team.grid_area, room={"window": False}, address="兰泾花苑 1 幢 102 室")
    make_dwelling(team.grid_area, address="兰泾花苑 1 幢 103 室")
    make_hazard(team)
    carry_all()
    return team


def test_a3_5_the_page_shows_the_share_the_gap_and_the_definition_in_words() -> None:
    team = make_town()
    page = text_of(signed_in(team.office).get("/indicators/"))
    assert "25.0<small>%</small>" in page  # one of four let homes
    assert "3 homes missing" in page
    assert "both" in page
    assert "What nobody looked at never makes a number better" in page
    assert f"/indicators/guarantee/list/?part=guarantee_missing&amp;area={team.zone.code}" in page


def test_a3_5_of_nothing_the_page_says_none_due_and_never_100() -> None:
    team = make_town()
    page = text_of(signed_in(team.office).get("/indicators/handover/"))
    assert "none due" in page
    assert "100<small>%" not in page


@pytest.mark.parametrize("key", INDICATORS)
def test_a3_5_behind_every_number_stands_a_list_of_that_length(key: str) -> None:
    team = make_town()
    client = signed_in(team.office)
    numbers = Tally.objects.get(area=team.zone).total
    for part in INDICATORS[key].parts:
        response = client.get(f"/indicators/{key}/list/", {"part": part.key, "area": team.zone.code})
        assert len(response.context["page"].rows) == numbers[part.key], part.key


def test_the_table_has_the_area_with_the_biggest_gap_first_and_levels() -> None:
    team = make_town()
    small, big = make_grid(team.zone), make_grid(team.zone)
    make_dwelling(small)
    for _home in range(6):
        make_dwelling(big)
    carry_all()
    response = signed_in(team.office).get("/indicators/compliance/", {"level": "grid"})
    rows = response.context["rows"]
    assert [(row.area, row.rate.missing) for row in rows] == [(big, 6), (team.grid_area, 3), (small, 1)]
    communities = signed_in(team.office).get("/indicators/compliance/").context["rows"]
    assert [row.area for row in communities] == [big.parent, team.grid_area.parent, small.parent]


def test_a_closed_day_is_shown_frozen_with_late_entries_beside() -> None:
    team = make_town()
    closing.close(YESTERDAY)
    make_hazard(team, is_security=False, found_at=time.day_start(YESTERDAY) + timedelta(hours=8), days=0)
    carry_all()
    client = signed_in(team.office)
    then = client.get("/indicators/hazards/", {"day": YESTERDAY.isoformat()})
    assert "frozen" in text_of(then)
    assert "Recorded after the day was closed" in text_of(then)
    assert dict(then.context["late"]) == {"Due or closed": "+1", "Still open": "+1"}
    assert DayTally.objects.get(area=team.zone, day=YESTERDAY).total["hazards_counted"] == 0
    listed = text_of(client.get("/indicators/hazards/list/", {"day": YESTERDAY.isoformat()}))
    assert "those of that day" in listed


def test_a3_5_behind_the_number_of_a_past_day_stand_the_hazards_of_that_day() -> None:
    team = make_town()
    old = make_hazard(team, title="以前的", found_at=time.day_start(YESTERDAY) - timedelta(days=3), days=0)
    carry_all()
    closing.close(YESTERDAY)
    make_hazard(team, title="今天的", days=0)
    client = signed_in(team.office)
    address = f"/indicators/hazards/list/?part=hazards_counted&area={team.zone.code}"
    then = text_of(client.get(f"{address}&day={YESTERDAY}"))
    assert old.code in then
    assert "those of that day" in then
    assert "今天的" not in then
    homes = text_of(client.get(f"/indicators/compliance/list/?part=let&area={team.zone.code}&day={YESTERDAY}"))
    assert "how it is now" in homes


def test_a_day_that_was_never_closed_shows_the_last_one_before_it_or_now() -> None:
    team = make_town()
    client = signed_in(team.office)
    assert client.get("/indicators/", {"day": "2020-01-01"}).context["at"].day is None
    closing.close(YESTERDAY - timedelta(days=3))
    assert client.get("/indicators/", {"day": YESTERDAY.isoformat()}).context["at"].day == YESTERDAY - timedelta(days=3)
    assert client.get("/indicators/", {"day": "nonsense"}).context["at"].day is None


def test_another_town_sees_neither_numbers_nor_lists_nor_files() -> None:
    team = make_town()
    client = signed_in(team.stranger)
    page = text_of(client.get("/indicators/compliance/"))
    assert team.zone.name not in page
    for address in ("", "list/", "table.xlsx", "list.xlsx"):
        assert client.get(f"/indicators/compliance/{address}", {"area": team.zone.code}).status_code == 404
    listed = text_of(client.get("/indicators/compliance/list/", {"part": "let"}))
    assert "兰泾花苑" not in listed
    home = text_of(client.get("/"))
    assert "兰泾花苑" not in home
    assert client.get("/", {"area": team.zone.code}).status_code == 404


def test_a_part_of_another_indicator_and_an_unknown_one_do_not_exist() -> None:
    client = signed_in(make_town().office)
    assert client.get("/indicators/guarantee/list/", {"part": "hazards_overdue"}).status_code == 404
    assert client.get("/indicators/nothing/").status_code == 404


def test_tenants_and_property_companies_have_no_indicators() -> None:
    for department in ("tenant", "property", "landlord"):
        assert signed_in(make_user(department=department)).get("/indicators/").status_code == 403


def test_the_table_and_the_list_go_out_as_excel() -> None:
    team = make_town()
    client = signed_in(team.office)
    table = load_workbook(BytesIO(client.get("/indicators/compliance/table.xlsx").content)).active
    assert [cell.value for cell in table[2]][:4] == [team.grid_area.parent.name, 25, 1, 4]  # type: ignore[union-attr]
    address = "/indicators/compliance/list.xlsx"
    rows = load_workbook(BytesIO(client.get(address, {"part": "compliant"}).content)).active
    assert [row[1].value for row in rows.iter_rows(min_row=2)] == ["兰泾花苑 1 幢 101 室"]


def test_filters_of_the_list_narrow_it_and_nonsense_is_not_set() -> None:
    client = signed_in(make_town().office)
    rows = client.get("/indicators/compliance/list/", {"part": "let", "verdict": "compliant"}).context["page"].rows
    assert [row.address for row in rows] == ["兰泾花苑 1 幢 101 室"]
    rows = client.get("/indicators/compliance/list/", {"part": "let", "q": "103"}).context["page"].rows
    assert [row.address for row in rows] == ["兰泾花苑 1 幢 103 室"]
    assert len(client.get("/indicators/compliance/list/", {"part": "let", "verdict": "x"}).context["page"].rows) == 4


def test_next_steps_are_honest_the_unknown_comes_first() -> None:
    team = make_town()
    steps = signed_in(team.office).get("/indicators/compliance/").context["steps"]
    assert [step.words for step in steps][:2] == ["Inspect 2 homes nobody has been to", "Have 1 homes corrected"]


# --- home ------------------------------------------------------------------------------------------------------------


def test_home_says_what_to_do_today_and_begins_with_the_overdue() -> None:
    team = make_team()
    late = make_hazard(team, by=team.office, found_at=time.now() - timedelta(days=20), days=1)
    from anju.inspections.services.overdue import run_clocks

    run_clocks(time.now())
    make_hazard(team, by=team.office, days=0)
    carry_all()
    page = text_of(signed_in(team.office).get("/"))
    assert "2 to do today. Start with the 1 overdue" in page
    assert late.where in page


def test_home_of_an_empty_town_says_what_to_do_first() -> None:
    page = text_of(signed_in(make_team().office).get("/"))
    assert "No home is registered in your area yet" in page
    assert "/ledger/" in page
    grid = text_of(signed_in(make_team().grid).get("/"))
    assert "/ledger/" not in grid


def test_home_tells_what_turned_red_and_green_since_yesterday() -> None:
    from anju.dwellings.services.facts import observe

    team = make_team()
    with time.in_the_past(time.now() - timedelta(days=5)):
        red = make_sound_dwelling(team.grid_area, address="东方村 1 号")
        make_sound_dwelling(team.grid_area)
    observe(by=team.grid, dwelling=red, source="inspection", observed_at=time.now(),
            values={"facts": {"rcd": False}, "rooms": {}})  # fmt: skip
    new = make_dwelling(team.grid_area, at=time.now())
    client = signed_in(team.office)
    found = {change.kind.key: change.number for change in client.get("/").context["changes"]}
    assert found == {"red": 1, "new": 1}
    assert "东方村 1 号" in text_of(client.get("/changes/", {"kind": "red"}))
    assert new.address in text_of(client.get("/changes/", {"kind": "new"}))
    assert not signed_in(team.stranger).get("/changes/", {"kind": "red"}).context["page"].rows


def test_a_landlord_sees_his_own_homes_and_what_he_has_to_put_right() -> None:
    team = make_team()
    landlord = make_user(department="landlord", is_staff_member=False)
    own = make_dwelling(team.grid_area, landlord=make_party(team.grid_area, user=landlord), address="东方村 2 号")
    make_dwelling(team.grid_area, address="东方村 3 号")
    make_hazard(team, dwelling=own)
    page = text_of(signed_in(landlord).get("/"))
    assert "东方村 2 号" in page
    assert "东方村 3 号" not in page
    assert "1 to put right" in page


def test_a_tenant_sees_his_home_and_one_without_a_home_reads_what_to_do() -> None:
    page = text_of(signed_in(make_user(department="tenant", is_staff_member=False)).get("/"))
    assert "No home is connected with you yet" in page


def test_who_works_at_an_estate_sees_its_numbers() -> None:
    team = make_team()
    home = make_sound_dwelling(team.grid_area)
    make_sound_dwelling(team.grid_area)
    carry_all()
    estate = home.place.parent.parent  # type: ignore[union-attr]
    page = signed_in(make_user(department="property", place=estate)).get("/")
    assert page.context["numbers"]["let"] == 1
    assert page.context["place"] == estate


def test_nobody_is_sent_to_sign_in() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 45), ("/indicators/", 22), ("/indicators/compliance/?level=grid", 22), ("/indicators/compliance/list/?part=let", 22)],
)  # fmt: skip
def test_a_page_asks_the_same_number_of_questions_however_much_there_is(address: str, most: int) -> None:
    team = make_town()
    client = signed_in(team.office)
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    few = queries()
    for _number in range(8):
        change(make_dwelling(make_grid(team.zone)), verdict="non_compliant")
    carry_all()
    assert queries() <= few
    assert few <= most


def test_more_changes_than_a_page_looks_at_are_shown_as_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team()
    for _number in range(3):
        make_dwelling(team.grid_area, at=time.now())
    office = signed_in(team.office)
    assert [(change.number, change.more) for change in office.get("/").context["changes"]] == [(3, False)]
    monkeypatch.setattr("anju.overview.selectors.changes.LOOKED_AT", 2)
    assert [(change.number, change.more) for change in office.get("/").context["changes"]] == [(2, True)]
