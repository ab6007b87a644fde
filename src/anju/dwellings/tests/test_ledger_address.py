"""X4: addresses in free text, split into community, estate, building, unit and room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.dwellings.ledger import address

pytestmark = pytest.mark.nodatabase


@pytest.mark.parametrize(
    ("text", "estate", "door"),
    [
        ("兰泾花苑12幢2单元302室", "兰泾花苑", "12幢2单元302室"),
        ("兰泾花苑12#-2-302", "兰泾花苑", "12幢2单元302室"),
        ("兰泾花苑12-2-302", "兰泾花苑", "12幢2单元302室"),
        ("兰泾花苑１２幢２单元３０２室", "兰泾花苑", "12幢2单元302室"),
        ("周市镇新镇社区兰泾花苑12号楼2单元302", "兰泾花苑", "12幢2单元302室"),
        ("江苏省苏州市昆山市周市镇新镇社区第3网格兰泾花苑12栋302室", "兰泾花苑", "12幢302室"),
        ("兰泾花苑十二幢二单元302", "兰泾花苑", "12幢2单元302室"),
        ("兰泾花苑 12 幢 3 楼 302", "兰泾花苑", "12幢302室"),
        ("兰泾花苑A座1201", "兰泾花苑", "A幢1201室"),
        ("兰泾花苑12幢车库3", "兰泾花苑", "12幢车库3"),
        ("兰泾花苑12幢2单元601阁楼", "兰泾花苑", "12幢2单元601室阁楼"),
        ("开发区娄江新村C7区12幢302", "娄江新村C7区", "12幢302室"),
        ("中华园一村12幢2单元302", "中华园一村", "12幢2单元302室"),
        ("东方村三组48号", "东方村", "3组48号"),
        ("东方村（三组）48号", "东方村", "3组48号"),
        ("施条新村七组12号附房", "施条新村", "7组12号附房"),
        ("江浦路28号12幢302室", "江浦路28号", "12幢302室"),
    ],
)
def test_x4_an_address_is_split_into_estate_and_door(text: str, estate: str, door: str) -> None:
    found = address.parse(text)
    assert found is not None
    assert (found.estate, found.door.text) == (estate, door)


def test_x4_town_community_and_grid_are_kept_apart_from_the_estate() -> None:
    found = address.parse("昆山市周市镇新镇社区第3网格兰泾花苑12幢302")
    assert found is not None
    assert (found.town, found.community, found.grid) == ("周市镇", "新镇社区", "第3网格")


def test_x4_spellings_of_one_dwelling_have_one_key_and_neighbours_do_not() -> None:
    def key(text: str) -> str:
        found = address.parse(text)
        assert found is not None
        return found.key

    same = ("兰泾花苑12幢2单元302室", "周市镇兰泾花苑12#-2-302", "兰泾花苑 012-2-302", "兰泾花苑十二栋二单元302")
    assert len({key(text) for text in same}) == 1
    assert len({key(text) for text in ("甲村3组48号", "甲村3组48号附房", "甲村48号", "甲村4组8号")}) == 4


@pytest.mark.parametrize("text", ["周市镇", "东方村", "", "见附件", "Abbeydale Road", "a"])
def test_x4_what_holds_no_door_is_not_guessed_at(text: str) -> None:
    assert address.parse(text) is None
    assert address.parse_door(text) is None


@given(
    building=st.integers(1, 400), unit=st.integers(1, 9), floor=st.integers(1, 33), side=st.integers(1, 8),
    form=st.sampled_from(["{b}幢{u}单元{r}室", "{b}#-{u}-{r}", "{b}-{u}-{r}", "{b}号楼{u}单元{r}", "{b} 栋 {u} 单元 {r}"]),
)  # fmt: skip
def test_x4_the_canonical_form_of_a_door_reads_as_itself(
    building: int, unit: int, floor: int, side: int, form: str
) -> None:
    door = address.parse_door(form.format(b=building, u=unit, r=f"{floor}0{side}"))
    assert door is not None
    assert door == address.Door(building=str(building), unit=str(unit), room=f"{floor}0{side}")
    assert address.parse_door(door.text) == door


@given(st.text(max_size=60))
def test_x4_no_text_breaks_the_address_reader(text: str) -> None:
    found = address.parse(text)
    assert found is None or found.key
