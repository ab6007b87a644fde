"""What each of the four signs says and, above all, what it does not (A8.1–A8.4, A8.6). Text is read from the PDFs."""

import io

import pypdf
import pytest

from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_unit
from anju.signage import layout
from anju.signage.models import Contact, Sign, SignStyle
from anju.signage.selectors import naming
from anju.signage.selectors.drafts import draft
from anju.signage.selectors.surroundings import Surroundings
from anju.signage.sources import overdue_sources
from anju.signage.testing import BASE, Street, chinese, make_street, pages_of, text_of

pytestmark = pytest.mark.django_db
K = Sign.Kind


@pytest.fixture
def street() -> Street:
    return make_street()


def spoil(street: Street, home: Dwelling) -> None:
    """A visit finds the smoke alarm gone."""
    facts = {"facts": {"common_alarm": False}}
    observe(by=street.office, dwelling=home, source="inspection", values=facts, observed_at=time.now())
    home.refresh_from_db()


# --- A8.1: estate board --------------------------------------------------------------------------------------------------


def test_a8_1_an_estate_board_counts_let_homes_by_state_and_names_nobody_but_who_is_on_duty(street: Street) -> None:
    street.home("101")
    spoil(street, street.home("102"))
    street.home("103", sound=False)
    street.home("104", letting_state="self_occupied")
    data = draft(K.ESTATE, street.estate, time.today()).data
    assert [row["counts"] for row in data["buildings"]] == [[1, 1, 0, 1]]
    text = text_of(street.printed(K.ESTATE, street.estate))
    assert "出租房总数3户" in text
    assert "郁秀珍" not in text  # the grid's leader stands nearer
    assert "周敏" in text
    assert "0512-50000036" in text
    assert "安泾物业" in text
    assert [secret for secret in street.secrets if secret in text] == []


def test_a8_1_the_remediation_share_is_cut_and_starts_from_the_programmes_first_day(street: Street) -> None:
    homes = [street.home(str(number)) for number in (101, 102, 103)]
    start = time.today().replace(day=1)
    Dwelling._base_manager.filter(pk__in=[home.pk for home in homes]).update(must_remediate_since=start)
    Dwelling._base_manager.filter(pk=homes[0].pk).update(accepted_on=start)
    Dwelling._base_manager.filter(pk=homes[1].pk).update(accepted_on=time.today())
    data = draft(K.ESTATE, street.estate, time.today()).data
    assert (data["programme"]["must"], data["programme"]["passed"]) == (3, 2)
    text = text_of(street.printed(K.ESTATE, street.estate))
    assert "现在66.6%" in text  # not 66.7


# --- A8.2: unit board ----------------------------------------------------------------------------------------------------


def test_a8_2_a_unit_board_numbers_let_homes_only_and_leaves_all_other_doors_blank(street: Street) -> None:
    street.home("402")
    street.home("401", letting_state="self_occupied")
    street.home("301", letting_state="vacant")
    spoil(street, street.home("302"))
    floors = draft(K.UNIT, street.unit, time.today()).data["floors"]
    assert [floor["floor"] for floor in floors] == ["6", "5", "4", "3", "2", "1"]
    assert floors[2]["cells"] == [{"no": "", "state": "blank"}, {"no": "402", "state": "ok"}]
    assert floors[3]["cells"] == [{"no": "", "state": "blank"}, {"no": "302", "state": "fix"}]
    text = text_of(street.printed(K.UNIT, street.unit))
    assert "402" in text
    assert "302" in text
    assert "401" not in text
    assert "301" not in text
    assert "已合规1" in text
    assert "改造中1" in text


def test_a8_2_overdue_is_one_total_and_never_stands_at_a_door(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("301", "302"):
        spoil(street, street.home(number))
    monkeypatch.setattr("anju.signage.sources.overdue_sources", [lambda places: {place.pk: 1 for place in places}])
    text = text_of(street.printed(K.UNIT, street.unit))
    assert "改造中2，其中超期1" in text
    assert text.count("超期") == 1


def test_a8_2_the_count_of_overdue_homes_is_registered_by_the_app_that_knows_it() -> None:
    assert len(overdue_sources) == 1


def test_a8_2_a_home_nobody_has_looked_at_is_not_called_being_checked(street: Street) -> None:
    street.home("101", sound=False)
    text = text_of(street.printed(K.UNIT, street.unit))
    assert "未检查1" in text
    assert "核查中0" in text


def test_a8_2_a_tower_lists_the_floors_with_a_let_home_and_says_so(street: Street) -> None:
    unit = make_unit(street.grid, street.estate, storeys=33)
    street.unit = unit
    for number in ("101", "1702", "3304"):
        street.home(number)
    text = text_of(street.printed(K.UNIT, unit))
    assert "没有出租房的楼层不列出" in text
    assert "3304" in text


def test_a8_2_houses_of_a_village_stand_in_the_order_of_their_numbers(street: Street) -> None:
    group = street.unit.parent
    assert group is not None
    street.unit = group
    for number in ("12-1", "3", "21"):
        street.home(number)
    floors = draft(K.UNIT, group, time.today()).data["floors"]
    assert [cell["no"] for cell in floors[0]["cells"]] == ["3", "12-1", "21"]


# --- A8.3: outside -------------------------------------------------------------------------------------------------------


def test_a8_3_outside_stands_the_day_it_was_found_in_order_who_answers_for_it_and_no_tenant(street: Street) -> None:
    home = street.home(landlord=street.party("顾德明", man=True), standard_code="3205830120070012002403")
    street.lives(home, "王小芳", agreed=True)
    Contact.objects.create(
        role="police", area=street.grid.parent, name="陆志伟", phone="0512-50000021", updated_at=time.now(), updated_by=street.office
    )  # fmt: skip
    text = text_of(street.printed(K.OUTSIDE, home))
    assert f"{chinese(time.today())}核查时符合" in text
    for shown in ("12幢2单元403室", "陆志伟", "0512-50000021", "周敏", "顾先生", "3205830120070012002403"):
        assert shown in text
    assert [secret for secret in [*street.secrets, "王*", "小芳"] if secret in text] == []
    assert "批准" not in text


def test_a8_3_who_lets_is_a_surname_with_a_title_only_where_the_title_is_known(street: Street) -> None:
    assert naming.outside(street.party("顾德明", man=True)) == "顾先生"
    assert naming.outside(street.party("沈美娟", man=False)) == "沈女士"
    assert naming.outside(street.party("欧阳建国", man=True)) == "欧阳先生"
    assert naming.outside(street.party("周桂芳", id_number="")) == "周房东"
    assert naming.outside(street.party("Peter Smith", id_number="")) == "房东"


def test_a8_3_the_operator_stands_instead_of_the_landlord_where_the_office_has_chosen_so(street: Street) -> None:
    operator = street.party("安泾房屋租赁有限公司", kind="company", id_number="", phone="")
    home = street.home(operator=operator)
    assert "顾先生" in text_of(street.printed(K.OUTSIDE, home))
    SignStyle.objects.create(
        area=street.grid, issuer="镇安居办 监制", party="operator", updated_at=time.now(), updated_by=street.office
    )
    text = text_of(street.printed(K.OUTSIDE, home))
    assert "安泾房屋租赁有限公司" in text
    assert "顾先生" not in text
    assert "镇安居办监制" in text


def test_a8_3_no_sign_is_printed_for_a_home_that_has_not_passed_its_check(street: Street) -> None:
    for home in (street.home("101", sound=False), street.home("102")):
        if home.number == "102室":
            spoil(street, home)
        with pytest.raises(Refused, match="has not passed|没有通过"):
            street.printed(K.OUTSIDE, home)
    with pytest.raises(Refused, match="is not let|没有出租"):
        street.printed(K.OUTSIDE, street.home("103", letting_state="vacant"))


def test_a8_3_a_home_that_turned_green_without_a_visit_gets_no_sign_until_somebody_saw_it(street: Street) -> None:
    home = street.home()
    spoil(street, home)
    observe(
        by=street.office, dwelling=home, source="register", values={"facts": {"common_alarm": True}}, observed_at=time.now()
    )  # fmt: skip
    home.refresh_from_db()
    assert home.verdict == "compliant"
    with pytest.raises(Refused, match="after the last visit|上次上门之后"):
        street.printed(K.OUTSIDE, home)


def test_a8_3_the_layout_itself_refuses_a_state_that_is_not_good(street: Street) -> None:
    """Whoever hands it wrong data gets no sign: the promise does not rest on the code above it alone."""
    sign = street.printed(K.OUTSIDE, street.home())
    style = Surroundings([sign.area_path], []).style(sign.area_path)
    with pytest.raises(Exception, match="only a dwelling that passed"):
        layout.pdf(K.OUTSIDE, [layout.sheet(sign, BASE) | {"state": "fix"}], style)


# --- A8.4: inside --------------------------------------------------------------------------------------------------------


def test_a8_4_inside_stand_counts_per_let_room_and_masked_names_of_grown_ups_who_agreed(street: Street) -> None:
    rooms = {name: {"let": True, "area": 12, "origin": "bedroom"} for name in "ABC"}
    home = street.home(sound=False, rooms=rooms, facts={"rooms_let": 3})
    street.lives(home, "王小芳", "A", agreed=True)
    street.lives(home, "李强", "A")
    street.lives(home, "陈小宝", "B", agreed=True, born=f"{time.today().year - 9}0101")
    data = draft(K.INSIDE, home, time.today()).data
    assert [(room["name"], room["count"], room["names"]) for room in data["rooms"]] == [
        ("A室", 2, ["王*芳"]),
        ("B室", 1, []),
    ]
    text = text_of(street.printed(K.INSIDE, home))
    assert "王*芳" in text
    assert "另1人不写名" in text
    assert "全户租住3人" in text
    assert "C室" not in text  # a vacant room is nobody's business
    assert [secret for secret in [*street.secrets, "李*", "陈*", "李强"] if secret in text] == []


def test_a8_4_who_is_not_known_to_be_grown_up_is_counted_only(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳", agreed=True, id_number="")
    assert draft(K.INSIDE, home, time.today()).data["rooms"][0]["names"] == []


def test_a8_4_an_office_that_shows_no_names_shows_none(street: Street) -> None:
    home = street.home()
    street.lives(home, "王小芳", agreed=True)
    SignStyle.objects.create(
        area=street.grid, issuer="镇", names="none", updated_at=time.now(), updated_by=street.office
    )
    assert "王*" not in text_of(street.printed(K.INSIDE, home))


def test_a8_4_a_home_where_nobody_is_on_record_gets_none(street: Street) -> None:
    with pytest.raises(Refused, match="Nobody is on record|没有登记"):
        street.printed(K.INSIDE, street.home())


@pytest.mark.parametrize(("rooms", "width", "pages"), [(6, 105, 1), (7, 148, 1), (20, 148, 2)])
def test_a8_4_many_rooms_make_a_larger_sheet_and_then_more_sheets(
    street: Street, rooms: int, width: int, pages: int
) -> None:
    names = [f"{number:02d}" for number in range(rooms)]
    home = street.home(sound=False, rooms={name: {"let": True} for name in names}, facts={"rooms_let": rooms})
    for number, name in enumerate(names):
        street.lives(home, f"王{number}", name)
    sign = street.printed(K.INSIDE, home)
    style = Surroundings([sign.area_path], []).style(sign.area_path)
    made = pypdf.PdfReader(io.BytesIO(layout.pdf(K.INSIDE, [layout.sheet(sign, BASE)], style)))
    assert len(made.pages) == pages
    assert round(float(made.pages[0].mediabox.width) / 72 * 25.4) == width
    text = "".join(page.extract_text() for page in made.pages)
    assert all(name in text for name in names)


# --- all of them ---------------------------------------------------------------------------------------------------------


def test_a8_6_the_police_address_code_is_printed_where_it_is_known(street: Street) -> None:
    known, unknown = street.home("101", standard_code="3205830120070012002101"), street.home("102")
    assert "标准地址码3205830120070012002101" in text_of(street.printed(K.OUTSIDE, known))
    assert "标准地址码" not in text_of(street.printed(K.OUTSIDE, unknown))


def test_cut_marks_make_the_sheet_larger_by_the_slug(street: Street) -> None:
    sign = street.printed(K.OUTSIDE, street.home())
    style = Surroundings([sign.area_path], []).style(sign.area_path)
    made = layout.pdf(K.OUTSIDE, [layout.sheet(sign, BASE)], style, cut=True)
    page = pypdf.PdfReader(io.BytesIO(made)).pages[0]
    assert round(float(page.mediabox.width) / 72 * 25.4) == 148 + 16


def test_a_character_without_a_glyph_is_named_and_never_printed_as_a_gap(street: Street) -> None:
    home = street.home(landlord=street.party("\U0002b689阿大", id_number=""))
    sign = street.printed(K.OUTSIDE, home)
    sign.data["people"][-1]["name"] = "\U0002b689房东"
    style = Surroundings([sign.area_path], []).style(sign.area_path)
    with pytest.raises(layout.LacksGlyph, match="\U0002b689"):
        layout.pdf(K.OUTSIDE, [layout.sheet(sign, BASE)], style)


def test_every_sign_of_an_estate_shows_no_number_telephone_or_full_name(street: Street) -> None:
    """Each kind, from homes in every state, read back from the PDFs as a machine would."""
    homes = []
    for number, man in (("101", True), ("102", False), ("201", True), ("202", False)):
        home = street.home(number, landlord=street.party(f"沈国{number}", man=man))
        street.lives(home, f"赵小{number}", agreed=number == "101", man=man)
        street.lives(home, f"钱宝{number}", born=f"{time.today().year - 5}0101")
        homes.append(home)
    spoil(street, homes[2])
    texts = {}
    for kind in K.values:
        subjects = {K.ESTATE: [street.estate], K.UNIT: [street.unit]}.get(K(kind), homes)
        made = [street.printed(kind, one) for one in subjects if not draft(kind, one, time.today()).refusal]
        sheets = [layout.sheet(sign, BASE) for sign in made]
        style = Surroundings([street.grid.path], []).style(street.grid.path)
        texts[kind] = pages_of(layout.pdf(kind, sheets, style))
    assert {kind: len(pages) for kind, pages in texts.items()} == {"estate": 1, "unit": 1, "outside": 3, "inside": 4}
    whole = "".join("".join(pages) for pages in texts.values())
    assert [secret for secret in street.secrets if secret in whole] == []
    assert "赵*1" in "".join(
        texts[K.INSIDE]
    )  # whoever agreed stands inside, masked; the search would find him if he stood in full
    assert "赵" not in "".join(texts[K.OUTSIDE]) + "".join(texts[K.UNIT]) + "".join(texts[K.ESTATE])
