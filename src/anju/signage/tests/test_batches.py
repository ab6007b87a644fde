"""Rounds of printing: what is chosen, cut into files, resumed after a kill, and what could not be printed (A8.5)."""

import io
import zipfile

import openpyxl
import pytest
from django.test import Client

from anju.areas.models import Area
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_area, make_grid, make_user
from anju.files.services import open_file
from anju.jobs import services as jobs
from anju.jobs.models import Job
from anju.signage import norms
from anju.signage.models import Sign, SignBatch, SignStyle
from anju.signage.selectors import missing
from anju.signage.services import batches, comparing
from anju.signage.testing import BASE, Street, make_street, pages_of
from anju.signage.worklist import missing_signs, out_of_date, to_post

pytestmark = pytest.mark.django_db
K = Sign.Kind


@pytest.fixture
def street() -> Street:
    return make_street()


def start(street: Street, which: str = "missing", kinds: tuple[str, ...] = (K.OUTSIDE,)) -> SignBatch:
    made: SignBatch = batches.start_batch(
        by=street.office, title="十一月", area=street.grid, kinds=list(kinds), which=which, base=BASE
    )
    return made


def finished(batch: SignBatch) -> SignBatch:
    jobs.run_all()
    batch.refresh_from_db()
    assert batch.state == "done"
    return batch


def test_a8_5_a_round_prints_what_is_missing_and_the_list_of_what_is_missing_is_empty_then(street: Street) -> None:
    homes = [street.home(str(number)) for number in (101, 102, 201)]
    street.home("202", sound=False)
    assert set(missing.without(street.office, K.OUTSIDE)) == set(homes)
    batch = finished(start(street))
    assert (batch.total, batch.printed, batch.problems) == (3, 3, [])
    assert not missing.without(street.office, K.OUTSIDE).exists()
    with pytest.raises(Refused, match="nothing to print|没有要打印"):
        start(street)


def test_a_round_says_how_many_homes_get_no_sign_outside_and_where_they_are(street: Street, client: Client) -> None:
    street.home("101")
    street.home("202", sound=False)
    street.home("203", sound=False)
    client.force_login(street.office)
    page = client.get(f"/signs/batches/{start(street).code}/").content.decode()
    assert f'href="/dwellings/?area={street.grid.code}&amp;letting=let&amp;sort=-violations">2 户没有通过核查' in page
    street.lives(street.home("301"), "王小芳")
    inside = client.get(f"/signs/batches/{start(street, kinds=(K.INSIDE,)).code}/").content.decode()
    assert "没有通过核查" not in inside


def test_a_round_is_cut_into_files_in_the_order_in_which_somebody_walks(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(norms, "PART", 2)
    for number in (103, 101, 102):
        street.home(str(number))
    batch = finished(start(street))
    texts = []
    for part in batch.parts.order_by("number"):
        assert part.file is not None
        with open_file(part.file) as source:
            texts.append(pages_of(source.read()))
    assert [len(pages) for pages in texts] == [2, 1]
    assert all("准租房" in page for pages in texts for page in pages)


def test_a8_5_a_round_prints_again_what_is_out_of_date_and_leaves_out_what_must_be_taken_down(street: Street) -> None:
    changed, gone, right = (street.home(str(number)) for number in (101, 102, 103))
    for home in (changed, gone, right):
        street.posted(K.OUTSIDE, home)
    changed.landlord = street.party("沈宝根", man=False)
    changed.save()
    Dwelling._base_manager.filter(pk=gone.pk).update(letting_state="vacant")
    Sign._base_manager.update(look_again=True)
    comparing.start(time.now())
    jobs.run_all()
    batch = finished(start(street, "outdated"))
    made = Sign._base_manager.filter(part__batch=batch)
    assert [sign.dwelling for sign in made] == [changed]
    assert made[0].edition == 2


def test_a_killed_round_makes_no_sign_twice(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(norms, "PART", 2)
    for number in range(101, 106):
        street.home(str(number))
    batch = start(street)
    job = jobs.claim(time.now())
    assert job is not None
    batches.step(job)  # rows of the first part stand, its file does not; the worker dies
    Job.objects.filter(pk=job.pk).update(status="queued", lease_token="")
    finished(batch)
    assert Sign._base_manager.count() == 5
    assert batch.parts.filter(file=None).count() == 0
    assert batch.printed == 5


def test_a_round_that_failed_is_taken_up_where_it_stopped(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (101, 102):
        street.home(str(number))
    batch = start(street)
    Job.objects.filter(key=batch.code).update(status="failed")
    with pytest.raises(Refused):
        batches.go_on(by=street.office, batch=start(street, "all"))
    batches.go_on(by=street.office, batch=batch)
    assert finished(batch).printed == 2


def test_what_cannot_be_printed_is_named_with_its_reason_and_the_rest_is_printed(street: Street) -> None:
    street.home("101")
    street.home("102", address="\U0002b689湾新村12幢2单元102室")
    batch = finished(start(street))
    assert batch.printed == 1
    assert [where for where, _why in batch.problems] == ["\U0002b689湾新村12幢2单元102室"]
    assert "\U0002b689" in batch.problems[0][1]
    assert Sign._base_manager.count() == 1


def test_one_file_has_the_look_of_one_office(street: Street) -> None:
    street.home("101")
    style = {"updated_at": time.now(), "updated_by": street.office}
    SignStyle.objects.create(area=street.grid, issuer="第一网格 监制", **style)
    beside = make_area("grid", parent=street.grid.parent)
    second = Street(grid=beside, estate=street.estate, unit=street.unit, office=street.office, police=street.police)
    second.home("102")
    zone = Area.objects.get(kind="zone")
    batch: SignBatch = batches.start_batch(
        by=street.office, title="全镇", area=zone, kinds=[K.OUTSIDE], which="missing", base=BASE
    )
    finished(batch)
    assert batch.parts.count() == 2


def test_the_files_come_as_one_zip_with_a_list_to_walk_by(street: Street) -> None:
    street.home("101")
    street.home("102")
    batch = finished(start(street))
    client = Client()
    client.force_login(street.office)
    answer = client.get(f"/signs/batches/{batch.code}/all.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as box:  # type: ignore[attr-defined]
        names = box.namelist()
        sheet = openpyxl.load_workbook(
            io.BytesIO(box.read(next(name for name in names if name.endswith("xlsx"))))
        ).active
    assert len(names) == 2
    assert sheet is not None
    assert {row[2].value for row in sheet.iter_rows(min_row=2)} == {
        "娄江新村C7区12幢2单元101室",
        "娄江新村C7区12幢2单元102室",
    }


# --- the grid's work -----------------------------------------------------------------------------------------------------


def test_a8_5_missing_signs_of_a_grid_become_a_task_and_go_when_they_are_printed(street: Street) -> None:
    worker = make_user(department="grid", area=street.grid)
    street.lives(street.home("101"), "王小芳")
    items = list(missing_signs(worker, time.now()))
    assert len(items) == 1
    assert street.grid.name in items[0].title
    finished(start(street, "missing", (K.OUTSIDE, K.INSIDE, K.UNIT, K.ESTATE)))
    assert list(missing_signs(worker, time.now())) == []
    assert len(list(to_post(worker, time.now()))) == 1
    assert list(out_of_date(worker, time.now())) == []


def test_the_tasks_of_one_grid_are_not_those_of_another(street: Street) -> None:
    street.home("101")
    stranger = make_user(department="grid", area=make_grid())
    assert list(missing_signs(stranger, time.now())) == []
