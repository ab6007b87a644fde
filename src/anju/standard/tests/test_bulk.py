"""A city judged at once gives every dwelling the answer that judge() gives it alone."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anju.standard import draft_edition, judge, load_edition
from anju.standard.bulk import Answer, Bulk, compare
from anju.standard.judging import Judgement
from anju.standard.snapshot import Snapshot, SnapshotError, snapshot_columns, write_snapshot
from anju.standard.testing import make_case, make_room
from anju.standard.tests import strategies

pytestmark = pytest.mark.nodatabase

EDITION = load_edition()
ON = date(2026, 11, 22)


def written(folder: Path, cases: list[dict[str, Any]]) -> Snapshot:
    return write_snapshot(enumerate(cases), folder, EDITION)


def found_by(status: str, found: Judgement) -> set[tuple[str, str | None]]:
    return {(result.rule, result.room) for result in found.results if result.status == status}


def assert_alike(answer: Answer, found: Judgement) -> None:
    assert (answer.verdict, answer.paperwork, answer.group_rental, answer.tier) == (
        found.verdict,
        found.paperwork,
        found.group_rental,
        found.tier,
    )
    assert set(answer.missing) == set(found.missing)
    assert set(answer.violated) == found_by("violation", found)
    assert set(answer.unknown) == found_by("unknown", found)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(
    st.lists(strategies.cases(EDITION), min_size=1, max_size=25),
    st.sampled_from([ON, date(2020, 6, 1), date(2018, 6, 1), date(1994, 1, 1)]),
)
def test_a_city_is_judged_as_each_dwelling_alone(
    tmp_path_factory: pytest.TempPathFactory, cases: list[dict[str, Any]], on: date
) -> None:
    folder = tmp_path_factory.mktemp("snapshot")
    bulk = Bulk(on, EDITION)
    answers = list(bulk.answers(bulk.judge(written(folder, cases), folder / "out")))
    assert [answer.id for answer in answers] == list(range(len(cases)))
    for case, answer in zip(cases, answers, strict=True):
        assert_alike(answer, judge(case, on))


def test_every_verdict_occurs_among_these_dwellings(tmp_path: Path) -> None:
    cases = [
        make_case(),
        make_case(rcd=False),
        make_case(rcd=None),
        {"kind": "rural", "extinguishers_expired": 2},
        make_case(letting_state="vacant"),
    ]
    bulk = Bulk(ON)
    answers = list(bulk.answers(bulk.judge(written(tmp_path, cases), tmp_path / "out")))
    assert [answer.verdict for answer in answers] == ["compliant", "non_compliant", "unknown", "unchecked", "not_let"]
    for case, answer in zip(cases, answers, strict=True):
        assert_alike(answer, judge(case, ON))


def test_a_rule_on_shared_parts_and_divisors_is_judged_alike_by_a_draft(tmp_path: Path) -> None:
    draft = draft_edition(
        {
            "rules": {
                "R01": {"applies": "let", "violated": "area / persons < min_area_per_person"},
                "R03": {"violated": "NOT window OR unit.exit_state = 'locked'"},
                "D08": {"violated": "NOT common_alarm AND unit.stair_lights"},
                "D02": {"violated": "illegal_building OR NOT rcd"},
            }
        },
        ON,
    )
    cases = [
        make_case(unit={}, common_alarm=None),
        make_case(unit={}, rooms_let=1) | {"rooms": [make_room(window=None, persons=0)]},
        make_case(rooms_let=1) | {"rooms": [make_room(persons=0, area=None)]},
        make_case(illegal_building=None, rcd=None),
    ]
    bulk = Bulk(ON, draft)
    answers = list(bulk.answers(bulk.judge(written(tmp_path, cases), tmp_path / "out")))
    for case, answer in zip(cases, answers, strict=True):
        assert_alike(answer, judge(case, ON, draft))
    assert "A.persons" in answers[1].missing


def test_a_draft_shows_which_dwellings_would_change(tmp_path: Path) -> None:
    cases = [make_case(rooms=1), make_case(rooms_let=1) | {"rooms": [make_room(area=4.5)]}]
    snapshot = written(tmp_path, cases)
    draft = draft_edition({"parameters": {"min_area_per_person": 5}}, ON)
    before = Bulk(ON).judge(snapshot, tmp_path / "before")
    after = Bulk(ON, draft).judge(snapshot, tmp_path / "after")
    counts, changed = compare(before, after)
    assert counts == {("compliant", "compliant"): 1, ("compliant", "non_compliant"): 1}
    assert changed == [(1, "compliant", "non_compliant")]


def broken(folder: Path, statement: str, table: str = "dwellings") -> Snapshot:
    """Write a snapshot of one dwelling whose file is then changed by a query over it."""
    snapshot = written(folder, [make_case()])
    path = snapshot.dwellings if table == "dwellings" else snapshot.rooms
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}')")  # noqa: S608
        database.execute(statement)
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return snapshot


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER TABLE t DROP COLUMN rcd", ["dwellings.parquet", "rcd", "missing"]),
        ("ALTER TABLE t ALTER COLUMN rcd TYPE VARCHAR", ["rcd is VARCHAR, not BOOLEAN"]),
        ("ALTER TABLE t ALTER COLUMN storeys TYPE DOUBLE", ["storeys is DOUBLE, not BIGINT"]),
        ("UPDATE t SET building_height = 'nan'", ["building_height", "nan", "0 to 1000"]),
        ("UPDATE t SET building_height = 'inf'", ["building_height", "inf"]),
        ("UPDATE t SET building_height = 1e-300", ["building_height", "1e-300"]),
        ("UPDATE t SET storeys = -1", ["storeys", "1 values such as -1"]),
        ("UPDATE t SET kind = 'palace'", ["kind", "'palace'", "commercial, rural"]),
        ("UPDATE t SET unit_exit_state = 'ajar'", ["unit_exit_state", "'ajar'"]),
        ("UPDATE t SET id = 7", ["2 rooms belong to no dwelling"]),
    ],
)
def test_a_snapshot_with_impossible_values_is_refused_by_column(
    tmp_path: Path, statement: str, words: list[str]
) -> None:
    with pytest.raises(SnapshotError) as caught:
        Bulk(ON).judge(broken(tmp_path, statement), tmp_path / "out")
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_refused_snapshot_leaves_no_result(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        Bulk(ON).judge(broken(tmp_path, "UPDATE t SET storeys = -1"), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_narrower_columns_are_read_as_well(tmp_path: Path) -> None:
    snapshot = broken(tmp_path, "ALTER TABLE t ALTER COLUMN storeys TYPE SMALLINT")
    bulk = Bulk(ON)
    assert next(bulk.answers(bulk.judge(snapshot, tmp_path / "out"))).verdict == "compliant"


def test_the_snapshot_has_a_column_for_every_fact() -> None:
    dwellings, rooms = snapshot_columns(EDITION)
    assert dwellings["id"] == "BIGINT"
    assert dwellings["storeys"] == "BIGINT"
    assert dwellings["unit_exit_state"] == "VARCHAR"
    assert rooms["area"] == "DOUBLE"
    assert len(dwellings) == 1 + 51 + 5
    assert len(rooms) == 2 + 16


def test_a_room_s_name_may_be_any_text(tmp_path: Path) -> None:
    case = make_case(rooms_let=1) | {"rooms": [make_room("二楼北'\".x", window=None)]}
    bulk = Bulk(ON)
    answer = next(bulk.answers(bulk.judge(written(tmp_path, [case]), tmp_path / "out")))
    assert answer.missing == ("二楼北'\".x.window",)
