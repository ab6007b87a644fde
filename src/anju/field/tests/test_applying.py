"""What a record from a phone becomes, whatever happens on the way."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest

from anju.areas.models import Posting
from anju.core import time
from anju.dwellings.models import Current, Dwelling, Observation
from anju.dwellings.signals import homes_moved
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_user
from anju.field import letters, showing
from anju.field.models import Envelope, TakenHome
from anju.field.services import applying, comparing, deciding, forgetting, receiving
from anju.field.testing import body_of, make_letter, send, sound
from anju.inspections.models import Hazard, Visit
from anju.inspections.testing import Team, make_team

pytestmark = pytest.mark.django_db
UNIT = {"exit_state": "locked", "stair_lights": True}


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def test_a7_2_an_inspection_from_the_phone_becomes_facts_a_verdict_and_a_visit(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home, companion="周桂芳", text="都好"))
    home.refresh_from_db()
    visit = Visit._base_manager.get(dwelling=home)
    assert (row.state, row.reason, home.verdict) == ("applied", "", "compliant")
    assert (row.visit, visit.inspector, visit.at, visit.note) == (visit, team.grid, row.at, "都好")
    assert visit.observation is not None
    assert visit.observation.observed_at == row.at


def test_a7_2_what_is_wrong_opens_a_hazard_with_the_note_of_the_finding(team: Team, home: Dwelling) -> None:
    letter = sound(home, room={"alarm": False}, findings=[{"rule": "R09", "room": "A", "note": "说下周装"}])
    row = send(team.grid, letter)
    hazard = Hazard._base_manager.get(dwelling=home)
    assert (row.made["hazards"], hazard.rule, hazard.room) == (
        [{"code": hazard.code, "rule": "R09", "room": "A"}],
        "R09",
        "A",
    )
    assert hazard.events.filter(text="说下周装").count() == 1
    send(team.grid, {**letter, "id": make_letter(home)["id"]})
    assert Hazard._base_manager.filter(dwelling=home).count() == 1


def test_the_same_bytes_twice_have_one_effect(team: Team, home: Dwelling) -> None:
    letter = sound(home, room={"alarm": False})
    first, second = send(team.grid, letter), send(team.grid, letter)
    assert first.pk == second.pk
    assert Visit._base_manager.count() == Observation._base_manager.filter(source="inspection").count() == 1
    assert Hazard._base_manager.filter(dwelling=home).count() == 1


def test_a_process_killed_after_keeping_and_before_applying_loses_nothing(team: Team, home: Dwelling) -> None:
    row = receiving.stored(by=team.grid, body=body_of(sound(home)))
    assert (row.state, Visit._base_manager.count()) == ("stored", 0)
    Envelope._base_manager.update(received_at=time.now() - timedelta(minutes=2))
    assert applying.apply_waiting() == 1
    assert applying.apply_waiting() == 0
    row.refresh_from_db()
    assert (row.state, Visit._base_manager.count()) == ("applied", 1)


def test_a_fault_in_the_middle_of_applying_leaves_nothing_half_done(
    team: Team, home: Dwelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(work: Any) -> Any:
        raise RuntimeError("the machine stumbles")

    with monkeypatch.context() as patch:
        patch.setattr(comparing, "differences", broken)
        row = send(team.grid, sound(home, room={"alarm": False}))
    assert (row.state, row.attempts) == ("stored", 1)
    assert not Visit._base_manager.exists()
    assert not Hazard._base_manager.exists()
    assert applying.apply(row).state == "applied"


def test_a_record_that_fails_for_ever_is_refused_and_holds_nobody_up(
    team: Team, home: Dwelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(comparing, "differences", lambda work: 1 / 0)
        row = send(team.grid, sound(home))
        for _ in range(applying.MOST_ATTEMPTS):
            row = applying.apply(row)
    assert (row.state, "ZeroDivisionError" in row.reason) == ("refused", True)
    assert send(team.grid, sound(home)).state == "applied"
    deciding.again(by=team.office, envelope=row)
    row.refresh_from_db()
    assert applying.apply(row).state == "applied"


def test_the_same_number_with_other_content_keeps_both_and_changes_nothing(team: Team, home: Dwelling) -> None:
    letter = sound(home)
    first = send(team.grid, letter)
    second = send(team.grid, {**letter, "text": "改过"})
    assert (first.state, second.state, second.rival_of) == ("applied", "conflict", first)
    assert Visit._base_manager.count() == 1
    assert body_of({**letter, "text": "改过"}) == second.content
    assert body_of(letter) == first.content


@pytest.mark.parametrize(
    ("choice", "state", "visits"), [("theirs", "set_aside", 1), ("mine", "applied", 2), ("both", "applied", 2)]
)
def test_a_person_decides_between_two_versions(
    team: Team, home: Dwelling, choice: str, state: str, visits: int
) -> None:
    letter = sound(home)
    send(team.grid, letter)
    other = copy.deepcopy(letter)
    other["answers"]["rooms"]["A"]["alarm"]["value"] = False
    second = send(team.grid, other)
    decided = deciding.decide(by=team.office, envelope=second, choice=choice, text="问过了")
    assert (decided.state, Visit._base_manager.count(), decided.decided_by) == (state, visits, team.office)
    home.refresh_from_db()
    assert home.verdict == ("compliant" if choice == "theirs" else "non_compliant")


def test_a_stranger_decides_nothing(team: Team, home: Dwelling) -> None:
    letter = sound(home)
    send(team.grid, letter)
    second = send(team.grid, {**letter, "text": "改过"})
    with pytest.raises(Exception, match="no such record|没有"):
        deciding.decide(by=team.stranger, envelope=second, choice="mine")


def test_two_people_with_one_number_get_a_version_each_and_see_only_their_own(team: Team, home: Dwelling) -> None:
    letter = sound(home)
    mine, theirs = send(team.grid, letter), send(team.stranger, letter)
    assert (mine.state, theirs.state, theirs.user) == ("applied", "conflict", team.stranger)
    assert theirs.home_name == ""


def test_a_home_of_another_grid_is_refused_as_if_it_did_not_exist(team: Team) -> None:
    foreign = make_dwelling(make_grid())
    row, nowhere = send(team.grid, sound(foreign)), send(team.grid, {**sound(foreign), "home": "DNOWHERE"})
    assert row.state == nowhere.state == "refused"
    assert row.reason.replace(foreign.code, "DNOWHERE") == nowhere.reason
    assert (row.dwelling, row.home_name, Visit._base_manager.count()) == (None, "", 0)


def test_a_home_that_moved_is_told_and_the_record_is_applied_in_its_new_grid(team: Team, home: Dwelling) -> None:
    TakenHome.objects.create(user=team.grid, code=home.code, last_at=time.now())
    new = make_grid()
    Dwelling._base_manager.filter(pk=home.pk).update(area=new, area_path=new.path)
    row = send(team.grid, sound(home, room={"alarm": False}))
    assert (row.state, new.name in row.reason) == ("moved", True)
    assert Visit._base_manager.get().area_path == Hazard._base_manager.get().area_path == new.path


def test_a_deleted_home_is_told_and_not_brought_back(team: Team, home: Dwelling) -> None:
    TakenHome.objects.create(user=team.grid, code=home.code, last_at=time.now())
    letter = sound(home)
    home.delete()
    row = send(team.grid, letter)
    assert (row.state, row.visit) == ("gone", None)
    assert not Dwelling._base_manager.filter(code=letter["home"]).exists()
    assert row.content == body_of(letter)


def test_two_people_inspect_one_home_offline_and_the_later_look_counts_whoever_sends_first(
    team: Team, home: Dwelling
) -> None:
    begun = time.now() - timedelta(hours=5)
    early = sound(home, room={"alarm": False}, made_at=begun)
    late = sound(home, made_at=begun + timedelta(hours=2))
    first, second = send(team.colleague, late), send(team.grid, early)
    home.refresh_from_db()
    assert Visit._base_manager.filter(dwelling=home).count() == 2
    assert home.verdict == "compliant"
    assert "contradicts" not in first.differs
    told = next(line for line in second.differs["contradicts"] if line["fact"] == "alarm")
    assert (told["phone"], told["theirs"], told["who"]) == (False, True, "顾小妹")
    assert second.differs["meanwhile"][0]["who"] == "顾小妹"
    assert second.differing


def test_a_verdict_of_the_phone_that_differs_is_kept_beside_the_servers(team: Team, home: Dwelling) -> None:
    said = {"verdict": "compliant", "violated": [], "edition": "initial"}
    row = send(team.grid, sound(home, room={"alarm": False}, verdict=said))
    assert row.differs["verdict"] == {"phone": "compliant", "server": "non_compliant"}
    assert row.differs["only_server"]
    assert row.differing


def test_the_same_verdict_leaves_no_difference(team: Team, home: Dwelling) -> None:
    edition = make_letter(home)["edition"]
    row = send(team.grid, sound(home, verdict={"verdict": "compliant", "violated": [], "edition": edition}))
    assert row.differs == {}
    assert not row.differing


def test_an_answer_the_rule_book_does_not_take_is_left_out_and_the_rest_counts(team: Team, home: Dwelling) -> None:
    letter = sound(home, facts={"storeys": 9999, "no_such_fact": 1})
    row = send(team.grid, letter)
    assert row.state == "applied"
    assert {line["where"] for line in row.differs["left_out"]} == {"storeys", "no_such_fact"}
    assert Current.objects.get(dwelling=home).facts["rcd"] is True


def test_what_cannot_be_seen_makes_a_fact_unknown(team: Team, home: Dwelling) -> None:
    send(team.grid, sound(home))
    later = make_letter(
        home,
        facts={"rcd": {"value": None, "how": "cannot_see"}},
        made_at=time.now() - timedelta(minutes=4),
        finished_at=time.now(),
    )
    send(team.grid, later)
    assert Current.objects.get(dwelling=home).facts["rcd"] is None


def test_a_phone_that_knows_its_clock_to_be_a_day_ahead_has_put_its_times_right_and_says_so(
    team: Team, home: Dwelling
) -> None:
    made = time.now() - timedelta(hours=1)
    row = send(team.grid, sound(home, made_at=made, clock_offset_s=-86_400))
    assert row.state == "applied"
    assert row.made_at == made
    assert abs(row.at - made - timedelta(minutes=5)) < timedelta(seconds=2)
    assert row.differs["clock"]["offset_s"] == -86_400


def test_a_clock_nobody_measured_is_measured_when_the_record_arrives(team: Team, home: Dwelling) -> None:
    made = time.now() - timedelta(hours=1)
    letter = sound(home, made_at=made + timedelta(days=1), clock_offset_s=None)
    row = receiving.receive(by=team.grid, body=body_of(letter), measured=timedelta(days=-1))
    assert row.clock_offset_s == -86_400
    assert abs(row.at - made - timedelta(minutes=5)) < timedelta(seconds=2)


def test_nothing_happened_after_it_was_received(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home, made_at=time.now() + timedelta(days=400)))
    assert (row.state, row.at) == ("applied", row.received_at)
    assert row.differs["clock"]["clamped"]


def test_a_record_older_than_twelve_months_is_kept_and_not_applied(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home, made_at=time.now() - timedelta(days=400)))
    assert (row.state, Visit._base_manager.count()) == ("refused", 0)


def test_an_older_shape_is_lifted_and_taken_for_twelve_months(
    team: Team, home: Dwelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lift(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "kind": {"check": "inspection"}[data["type"]]}

    old = {**sound(home), "schema": 0, "type": "check"}
    old.pop("kind")
    monkeypatch.setitem(letters.SHAPES, 0, letters.Shape(lift, time.today() - timedelta(days=300)))
    row = send(team.grid, old)
    assert (row.state, row.schema) == ("applied", 1)
    monkeypatch.setitem(letters.SHAPES, 0, letters.Shape(lift, time.today() - timedelta(days=400)))
    late = send(team.grid, {**old, "id": make_letter(home)["id"]})
    assert (late.state, late.schema) == ("refused", 0)


def test_a_shape_of_the_future_is_kept_until_the_server_knows_it(team: Team, home: Dwelling) -> None:
    row = send(team.grid, {**sound(home), "schema": 7})
    assert (row.state, row.schema) == ("refused", 7)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "party"},
        {"made_at": "yesterday"},
        {"answers": []},
        {"photos": [{"sha256": "x"}]},
        {"home": 5},
        {"findings": {}},
    ],
)
def test_content_out_of_order_is_kept_refused_and_named(team: Team, home: Dwelling, wrong: dict[str, Any]) -> None:
    row = send(team.grid, {**sound(home), **wrong})
    assert row.state == "refused"
    assert next(iter(wrong)) in row.reason


def test_strange_characters_in_a_note_stop_nothing(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home, text="a\x00b \ud83d\ude00 𠮷".encode("utf-16", "surrogatepass").decode("utf-16")))
    assert row.state == "applied"


def test_whose_posting_ended_while_offline_loses_nothing(team: Team, home: Dwelling) -> None:
    letter = sound(home)
    Posting.objects.filter(user=team.grid).update(until=date(2020, 1, 2))
    fresh = type(team.grid).objects.get(pk=team.grid.pk)
    with pytest.raises(Exception, match="posting|任职|岗位|职"):
        send(fresh, letter)
    assert not Envelope._base_manager.exists()  # the phone keeps it and is told why


def test_the_content_is_encrypted_and_bound_to_its_row(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home, text="周桂芳在家"))
    assert "周桂芳" not in row.sealed
    assert "周桂芳".encode() in row.content
    other = send(team.grid, sound(home))
    other.sealed = row.sealed
    from anju.core.crypto import Unreadable

    with pytest.raises(Unreadable):
        _ = other.content


def test_a_user_without_the_verb_keeps_nothing(team: Team, home: Dwelling) -> None:
    with pytest.raises(Exception, match="posting|岗位|职"):
        send(make_user(department="audit", area=team.zone), sound(home))


def test_x1_records_follow_their_home_to_the_grid_that_is_responsible_now(team: Team, home: Dwelling) -> None:
    row = send(team.grid, sound(home))
    new = make_grid()
    homes_moved.send(Dwelling, ids=[home.pk], area=new)
    row.refresh_from_db()
    newcomer = make_user(department="grid", area=new)
    assert row.area_path == new.path
    assert Envelope.objects.for_user(newcomer).filter(pk=row.pk).exists()
    assert Envelope.objects.for_user(team.grid).filter(pk=row.pk).exists()
    assert not Envelope.objects.for_user(team.stranger).filter(pk=row.pk).exists()


def test_the_bytes_of_a_settled_record_are_deleted_after_their_time_and_sent_again_it_is_known(
    team: Team, home: Dwelling
) -> None:
    letter = sound(home)
    row = send(team.grid, letter)
    waits = send(team.grid, {**letter, "text": "改过"})
    assert waits.state == "conflict"
    later = time.now() + timedelta(days=401)
    assert forgetting.forget_bodies(later - timedelta(days=2)) == 0
    assert forgetting.forget_bodies(later) == 1
    row.refresh_from_db()
    waits.refresh_from_db()
    assert (row.sealed, row.state, bool(waits.sealed)) == ("", "applied", True)
    assert showing.answers(row) == []
    assert send(team.grid, letter).pk == row.pk
    assert Visit._base_manager.count() == 1
