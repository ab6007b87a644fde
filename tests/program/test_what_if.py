"""`anju standard what-if FILE.yaml`: from the command line to the homes of a city and back."""

from pathlib import Path

import pytest

from anju import cli
from anju.areas.models import Area
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_grid, make_sound_dwelling

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ANJU_DIR = tmp_path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.yaml"
    file.write_text("parameters: {min_area_per_person: 6.5}\n")
    return file


@pytest.fixture
def homes() -> tuple[Area, Dwelling]:
    """One home of 6 m² for each person, one with more, and one in another town."""
    grid = make_grid()
    tight = make_sound_dwelling(grid, address="兰泾花苑1幢302室")
    make_sound_dwelling(grid, room={"area": 20})
    make_sound_dwelling(make_grid())
    return grid, tight


def test_a2_1_a_draft_is_tried_from_the_command_line_and_nothing_changes(
    draft: Path, homes: tuple[Area, Dwelling], capsys: pytest.CaptureFixture[str]
) -> None:
    grid, tight = homes
    assert cli.main(["standard", "what-if", str(draft), "--area", grid.name, "--lang", "en"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{grid.name}: 2 homes"
    assert "  Compliant 2 → 1" in told
    assert "  Not compliant 0 → 1" in told
    assert "  R01 violated: 0 → 1 homes" in told
    assert f"  {tight.code} 兰泾花苑1幢302室 Compliant → Not compliant" in told
    tight.refresh_from_db()
    assert tight.verdict == "compliant"


def test_without_an_area_the_whole_city_is_tried_in_chinese(
    draft: Path, homes: tuple[Area, Dwelling], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["standard", "what-if", str(draft)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("昆山市：3 户\n")
    assert "  合规 3 → 1" in told


def test_a_draft_with_a_mistake_ends_with_2_and_says_where(
    tmp_path: Path, homes: tuple[Area, Dwelling], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("rules: {R09: {violated: ROUND(area) > 0}}\n")
    assert cli.main(["standard", "what-if", str(file)]) == 2
    assert capsys.readouterr().err.startswith("anju: 规则 R09：violated 一栏：不能用 ")
    assert cli.main(["standard", "what-if", str(file), "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("anju: rule R09: column violated: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.yaml"], "absent.yaml：读不了"),
        (["DRAFT", "--area", "无此镇"], "没有“无此镇”这个区域"),
        (["DRAFT", "--on", "2026-02-30"], "没有这一天"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_is_named(
    arguments: list[str], words: str, draft: Path, homes: object, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(draft) if word == "DRAFT" else word for word in arguments]
    assert cli.main(["standard", "what-if", *given]) == 2
    assert words in capsys.readouterr().err


def test_a_city_without_homes_says_so(draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_grid()
    assert cli.main(["standard", "what-if", str(draft)]) == 1
    assert "还没有登记住房" in capsys.readouterr().err
