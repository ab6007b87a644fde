"""Two towns with one of everything, for walks over all addresses: what belongs to one must never show in the other."""

import io
import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Department, PilotDesignation, Place
from anju.audit.models import Entry
from anju.core import time
from anju.core.sheets import workbook
from anju.documents import services as documents
from anju.documents.models import Document, IssuingBody
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Equipment, LedgerImport, Occupant
from anju.dwellings.services import imports
from anju.dwellings.services.equipment import record_equipment
from anju.dwellings.services.facts import Evidence, observe
from anju.dwellings.testing import (
    make_area,
    make_dwelling,
    make_estate,
    make_party,
    make_sound_dwelling,
    make_unit,
    make_user,
)
from anju.enforcement.models import JointAction, Power
from anju.enforcement.services import joint, orders, powers
from anju.field.models import KeptPhoto, Phone, PhotoUpload
from anju.field.testing import Handset, make_letter, photo_line, picture
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services import duties, notices, tiers
from anju.inspections.services.opening import Spot, record_hazard
from anju.inspections.services.plans import create_plan
from anju.inspections.services.visits import Seen, record_visit
from anju.inspections.testing import make_finding, make_hazard, make_photo
from anju.jobs import services as jobs
from anju.monitoring.services import batches, doors, handling, lanes, patrol
from anju.monitoring.testing import hear, make_alarm, make_device, make_message, make_unusable
from anju.outreach.services import conventions
from anju.overview.services.carrying import carry_all
from anju.portal.models import Objection
from anju.portal.services import notes, reports
from anju.registration.models import Guarantee
from anju.registration.services import declarations
from anju.registration.services.leases import record_lease
from anju.rulebook.trials import start_trial
from anju.signage.models import Sign
from anju.signage.services import styles
from anju.signage.services.batches import start_batch
from anju.signage.services.printing import mark_posted, print_sign
from anju.stations.services import callouts, people
from anju.stations.testing import hold, make_crew, make_drill, make_kit, make_station

EGRET = "白鹭"  # stands in every name and text of one town
CANARY = "金丝雀"  # and this in those of the other

RELATIONS = {Department.LANDLORD: "landlord", Department.TENANT: "tenant", Department.OPERATOR: "operator"}
AT_A_PLACE = {Department.PROPERTY, Department.STATION}
_numbers = itertools.count(1)


@dataclass
class Town:
    """One town: zone → community → two grids; `keys` are the codes that stand in addresses.

    `secrets` are texts that only the pages of this town's own people may show.
    """

    mark: str
    zone: Area
    community: Area
    grid: Area
    estate: Place
    unit: Place
    home: Dwelling
    office: User
    keys: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


def build_town(mark: str) -> Town:
    zone = make_area("zone", f"{mark}镇")
    community = make_area("community", f"{mark}社区", parent=zone)
    grid = make_area("grid", f"{mark}第一网格", parent=community, leader_name=f"{mark}沈立群")
    estate = make_estate(grid, f"{mark}花苑", property_company=f"{mark}物业")
    unit = make_unit(grid, estate)
    home = make_sound_dwelling(
        grid,
        place=unit,
        address=f"{mark}花苑1幢1单元302室",
        landlord=make_party(grid, f"{mark}周桂芳", phone="13900128816"),
        operator=make_party(grid, f"{mark}租赁公司", kind="company"),
        room={"area": 7.2},
        facts={"beds_let": 6, "unrelated_people": 6},
    )
    tenant = make_party(grid, f"{mark}王小强")
    Occupant.objects.create(dwelling=home, party=tenant, since=time.today())
    neighbour = make_dwelling(
        grid, place=unit, address=f"{mark}花苑1幢1单元303室", landlord=make_party(grid, f"{mark}沈宝根")
    )
    office = make_user(department="office", area=zone, is_leader=True, display_name=f"{mark}陆晓岚")
    town = Town(mark, zone, community, grid, estate, unit, home, office)
    town.secrets = (f"{mark}花苑", f"{mark}周桂芳", f"{mark}王小强", f"{mark}灭火器", f"{mark}文", f"{mark}台账")
    town.keys |= {"neighbour": neighbour.code, "zone": zone.code}
    _home(town)
    _papers(town)
    _ledger(town)
    _work(town)
    _documents(town)
    _station(town)
    _devices(town)
    _signs(town)
    _residents(town)
    _register(town)
    _alarms(town)
    _field(town)
    return town


def _devices(town: Town) -> None:
    """A door, a lift, a pile, a lane and a patrol, each with something it said."""
    made = {
        kind: make_device(kind, place=town.estate, name=_text(town, name))
        for kind, name in (
            ("face_terminal", "北门"), ("lift_blocker", "1号梯"), ("charging_pile", "1号桩"), ("lane_camera", "东门"),
            ("patrol_point", "1号点"),
        )
    }  # fmt: skip
    now = time.now()
    said = (("face_terminal", "door_open"), ("lift_blocker", "ebike_in_lift"), ("charging_pile", "charge_start"),
            ("lane_camera", "lane_occupied"))  # fmt: skip
    hear(*(make_message(made[kind], event=event, at=now) for kind, event in said), received=now)
    door, point = made["face_terminal"], made["patrol_point"]
    by, day = town.office, time.today()
    doors.record_consent(
        by=by, door=door, edition=_text(town, "告知书"), given_on=day, given_by=_text(town, "业主大会")
    )
    doors.add_alternative(by=by, door=door, kind="card")
    route = patrol.plan_route(
        by=by, place=town.estate, name=_text(town, "夜巡"), points=[point], weekdays=[1, 2, 3, 4, 5, 6, 7], times=["22:00"],
        window_minutes=60,
    )  # fmt: skip
    campaign = lanes.plan_campaign(
        by=by, area=town.zone, name=_text(town, "打通生命通道"), estates=[town.estate], since=day, until=day
    )
    town.keys |= {
        "door": door.code, "door.kind": "card", "lift": made["lift_blocker"].code, "pile": made["charging_pile"].code, "point": point.code,
        "patrol": route.code, "campaign": campaign.code,
    }  # fmt: skip


def _text(town: Town, words: str) -> str:
    return f"{town.mark}{words}"


def _photo(town: Town) -> StoredFile:
    return make_photo(town.office, _text(town, "现场.jpg"))


def _home(town: Town) -> None:
    home, file, system = town.home, _photo(town), _photo(town)
    seen = {"facts": {"common_alarm": True}}
    evidence = [Evidence(file, fact="common_alarm")]
    observe(
        by=town.office, dwelling=home, source="inspection", values=seen, observed_at=time.now(), photos=evidence,
    )  # fmt: skip
    piece = record_equipment(by=town.office, dwelling=home, item=Equipment.Item.EXTINGUISHER, quantity=2)
    duties.record_management(by=town.office, dwelling=home, system=system, manager_name=_text(town, "马建新"))
    home.refresh_from_db()
    town.keys |= {
        "home": home.code, "management": home.code, "home.file": file.code, "piece": piece.code, "room": str(home.rooms.get().pk),
        "party": home.occupants.select_related("party").get().party.code,
        "entry": str(Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]),
    }  # fmt: skip


def _papers(town: Town) -> None:
    home, system, today = town.home, system_actor(), time.today()
    assert home.landlord is not None
    lessee = home.occupants.select_related("party").get().party
    guarantee = Guarantee.objects.create(
        dwelling=home, party=home.landlord, signed_on=today, how="paper", photo=_photo(town), recorded_at=time.now(),
        recorded_by=system,
    )  # fmt: skip
    lease = record_lease(
        by=system, dwelling=home, lessee=lessee, signed_on=today, starts=today, ends=today + timedelta(days=300)
    )
    PilotDesignation.objects.create(place=town.estate, since=today, decision=_text(town, "文件"))
    town.keys |= {
        "guarantee": guarantee.code, "lease": lease.code, "pilot": town.estate.code, "area": town.grid.code,
        "estate": town.estate.code, "unit": town.unit.code,
    }  # fmt: skip


def _residents(town: Town) -> None:
    """What came from telephones: a declaration that waits, a report with a photo, an objection, a signed guarantee."""
    home, today, system = town.home, time.today(), system_actor()
    said = {"name": _text(town, "何雨桐"), "room": "A", "since": today, "phone": "13811112222"}
    declared = declarations.declare(
        by=None, dwelling=home, kind="arrival", said=said, role="tenant", proof="phone", token=f"walk{next(_numbers)}"
    )
    file, proof, paper = _photo(town), _photo(town), _photo(town)
    report = reports.make_report(
        token=f"walk{next(_numbers)}", kinds=["ebike"], where_kind="home", area=home.area, dwelling=home,
        text=_text(town, "文字"), photos=[file],
    )  # fmt: skip
    objection = Objection.objects.create(
        hazard=Hazard._base_manager.get(code=town.keys["hazard"]), by_user=system, text=_text(town, "文字"), made_at=time.now(),
        due_at=time.now() + timedelta(days=3),
    )  # fmt: skip
    objection.photos.add(proof)
    signed = Guarantee.objects.create(
        dwelling=home, party=home.landlord, signed_on=today - timedelta(days=400), valid_until=today - timedelta(days=35),
        how="phone", paper=paper, recorded_at=time.now(), recorded_by=system,
    )  # fmt: skip
    conventions.new_edition(
        by=town.office, area=town.community, title=_text(town, "公约"), body="不进楼。", since=today
    )
    article = conventions.publish(by=town.office, area=town.zone, title=_text(town, "文字"), body="演练。", since=today)
    town.keys |= {
        "declaration": declared.code, "report": report.code, "report.file": file.code, "objection": objection.code,
        "objection.file": proof.code, "signed": signed.code, "article": article.code, "community": town.community.code,
        "own-declaration": declared.code,
        "note": notes.leave(dwelling=home, text=_text(town, "文字"), token=f"walk{next(_numbers)}").code,
    }  # fmt: skip


LEDGER_HEAD = ["小区", "门牌", "房屋类别", "出租间数", "床位数", "房东", "房东电话", "备案"]


def _ledger(town: Town) -> None:
    """A ledger that waits in its preview: a good row, a row with an error, a column to be confirmed."""
    rows = [
        [town.estate.name, "12幢2单元302", "商品房", 3, 4, _text(town, "周桂芳"), "19900000001", "是"],
        [town.estate.name, "12幢2单元303", "民房", "三间", 2, _text(town, "沈宝根"), "19900000002", "是"],
    ]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet(_text(town, "台账"))
    for number, line in enumerate([LEDGER_HEAD, *rows]):
        sheet.write_row(number, 0, line)
    book.close()
    upload = SimpleUploadedFile(_text(town, "台账.xlsx"), out.getvalue())
    ledger: LedgerImport = imports.upload(by=town.office, upload=upload)
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "preview", ledger.error
    town.keys["ledger"] = ledger.code


def _work(town: Town) -> None:
    today, token = time.today(), f"walk{next(_numbers)}"
    plan = create_plan(
        by=town.office, title=_text(town, "计划"), reason="first", area=town.zone, due_on=today + timedelta(days=3)
    )
    door = _photo(town)
    visit = record_visit(
        by=town.office, dwelling=town.home, result="no_access", token=token, at=time.now(), note=_text(town, "文字"),
        seen=Seen(photos=[Evidence(door)]),
    )  # fmt: skip
    housing = make_user(department="housing", area=town.zone, display_name=_text(town, "唐雪"))
    trial = start_trial(by=housing, area=town.zone, draft="parameters: {min_area_per_person: 5}")
    file = _photo(town)
    finding = make_finding(title=_text(town, "灭火器不足"), days=15, severity="severe")
    hazard = record_hazard(by=town.office, spot=Spot(dwelling=town.home), finding=finding, photos=[file])
    town.keys |= {
        "plan": plan.code, "visit": visit.code, "visit.file": door.code, "trial": trial.code, "hazard": hazard.code,
        "hazard.file": file.code,
    }  # fmt: skip


def _alarms(town: Town) -> None:
    """A fire that nobody has acknowledged, and an older alarm that is closed."""
    device = make_device(dwelling=town.home, name=_text(town, "烟感"))
    over = handling.acknowledge(by=town.office, alarm=make_alarm(device, at=time.now() - timedelta(days=2)))
    handling.close(by=town.office, alarm=over, outcome="false", reason=_text(town, "油烟"))
    town.keys["alarm"] = make_alarm(device, at=time.now() - timedelta(seconds=30)).code


def _documents(town: Town) -> None:
    hazard = Hazard._base_manager.get(code=town.keys["hazard"])
    body, power = _bodies(town)
    notice = notices.issue(by=town.office, hazards=[hazard], addressee=_text(town, "周桂芳")).document
    slip = _photo(town)
    documents.serve(
        by=town.office, document=notice, how="left", served_at=time.now(), witness=_text(town, "见证人"), proof=[slip],
    )  # fmt: skip
    _order(town, hazard, power)
    action, request, reply = _joint(town)
    town.keys |= {
        "document": notice.code, "document.file": slip.code, "body": str(body.pk), "power": power.code,
        "action": action.code, "request": request.code, "request.file": reply.code,
    }  # fmt: skip
    for paper in Document._base_manager.filter(area_path=town.grid.path):
        documents.pdf_of(paper)


def _station(town: Town) -> None:
    """A station with a certificate on paper, a drill that was held, and a call-out that was answered."""
    station, photo = make_station(town.estate, _text(town, "微站")), _photo(town)
    crew = make_crew(station, 2)
    shown = people.add_certificate(
        by=system_actor(), member=crew[0], kind="first_aid", issued_on=time.today(), photo=_photo(town)
    )
    piece = make_kit(station, station.norm.kit[0])[0]
    drill = hold(make_drill(station, subject=_text(town, "夜间出动")), crew, photos=[photo])
    call = callouts.call_out(
        by=town.office, subject=callouts.Subject(dwelling=town.home), title=_text(town, "烟感报火警")
    )
    seen = _photo(town)
    callouts.arrive(by=town.office, callout=call)
    callouts.report(by=town.office, callout=call, outcome="false", finding=_text(town, "做饭"), photos=[seen])
    town.keys |= {
        "station": station.code, "station.member": crew[0].code, "station.piece": piece.code, "station.place": town.estate.code,
        "certificate": station.code, "certificate.member": crew[0].code, "certificate.piece": shown.code,
        "drill": drill.code, "drill.file": photo.code, "callout": call.code, "callout.file": seen.code,
    }  # fmt: skip


def _signs(town: Town) -> None:
    """A sign that waits to be posted and one that hangs, from a round of printing; a look and a contact of the town's own."""
    system, sign = system_actor(), Sign.Kind.INSIDE
    photo = _photo(town)
    Dwelling._base_manager.filter(pk=town.home.pk).update(people=1)
    styles.set_style(by=system, area=town.grid, values={"issuer": _text(town, "专班"), "logo": photo})
    contact = styles.set_contact(
        by=system, role="police", name=_text(town, "徐志远"), phone="0512-50000021", area=town.grid
    )
    round_ = start_batch(
        by=town.office,
        title=_text(town, "批次"),
        area=town.zone,
        kinds=[sign],
        which="missing",
        base="https://anju.example.cn",
    )
    jobs.run_all()
    waiting = Sign._base_manager.get(part__batch=round_)
    hangs = mark_posted(by=town.office, sign=waiting, photo=photo)
    again = print_sign(by=town.office, kind=sign, subject=town.home)
    town.keys |= {
        "batch": round_.code, "batch.number": "1", "contact": contact.code, "sign": again.code, "posted": hangs.code,
        "occupant": str(town.home.occupants.get().pk),
    }  # fmt: skip


def _register(town: Town) -> None:
    """A detector that has said something good and something bad, a ledger that waits, and a unit that nobody knows."""
    device = make_device(dwelling=town.home, room="A", name=_text(town, "走道烟感"), by=town.office)
    stranger = make_unusable("7903000000aa", "unknown_device", b"x", source="gb26875")
    hear(
        make_message(device, at=time.now(), values={"smoke": 0.3}),
        make_unusable(device, note=_text(town, "文字")),
        stranger,
    )
    head, row = ["设备类型", "房屋编号", "名称"], ["烟囱", town.home.code, _text(town, "文字")]
    batch = batches.upload(by=town.office, name=_text(town, "烟感台账.xlsx"), data=workbook(head, [row]))
    town.keys |= {"device": device.code, "register_batch": batch.code, "stranger": "7903000000aa"}


def _field(town: Town) -> None:
    """A record from a phone with its photo; its inspector is nobody whom the walk sends."""
    inspector = make_user(department="grid", area=town.grid, display_name=_text(town, "沈立群"))
    handset, data = Handset(inspector), picture(len(town.mark) * 40)
    letter = make_letter(town.home, "no_access", text=_text(town, "文字"), photos=[photo_line(data)])
    told = handset.send(letter)
    handset.upload(data, pieces=1)
    kept = KeptPhoto.objects.get(user=inspector)
    assert kept.file is not None
    town.keys |= {
        "envelope": told["id"], "own": told["id"], "envelope.file": kept.file.code, "phone": Phone._base_manager.get(user=inspector).code,
        "upload": PhotoUpload.objects.get(user=inspector).code,
    }  # fmt: skip


def build_towns() -> tuple[Town, Town]:
    """Found by the search box and counted, as after a night."""
    towns = build_town(EGRET), build_town(CANARY)
    search.rebuild()
    carry_all()
    jobs.run_all()
    return towns


def _bodies(town: Town) -> tuple[IssuingBody, Power]:
    head = system_actor()
    office, fire = (
        documents.record_body(by=head, department=name, area=town.zone, name=_text(town, words), short_name=short)
        for name, words, short in (
            ("office", "镇安居办", f"{town.mark}安"),
            ("fire", "镇消防", f"{town.mark}消"),
        )
    )
    power = powers.record_power(
        by=head, body=fire, law=_text(town, "文"), article="第四十条", since=time.today() - timedelta(days=900),
        categories=["fire"], parties=["sublessor", "landlord", "operator"],
    )  # fmt: skip
    return office, power


def _order(town: Town, hazard: Hazard, power: Power) -> None:
    first, second = (
        make_user(department="fire", area=town.zone, display_name=_text(town, name)) for name in ("马建新", "吴一凡")
    )
    orders.issue_order(by=first, hazards=[hazard], power=power, second_officer=second, days=15)


def _joint(town: Town) -> tuple[JointAction, Any, StoredFile]:
    """A hazard of its own in a joint action: police answered with a photo, housing has not."""
    hazard = make_hazard(
        by=town.office, dwelling=town.home, title=_text(town, "灭火器过期"), severity="prohibited", days=15, rule="D99"
    )
    if hazard.tier < 2:
        hazard = tiers.escalate(by=town.office, hazard=hazard, reason=_text(town, "文字"))
    asks = [joint.Ask(name, town.zone, _text(town, "文字"), 5) for name in ("police", "housing")]
    action = joint.start(by=town.office, hazard=hazard, aim=_text(town, "文字"), asks=asks)
    police = make_user(department="police", area=town.zone, display_name=_text(town, "徐志远"))
    request, file = action.requests.get(to_department="police"), _photo(town)
    joint.reply(by=police, request=request, answer="done", text=_text(town, "文字"), files=[file])
    return action, request, file


def make_person(town: Town, department: str) -> User:
    """The head of a department in the town; who has no posting in an area gets his estate, or his relation to the home."""
    kind = Department(department)
    if kind in AT_A_PLACE:
        return make_user(department=department, place=town.estate, is_leader=True)
    if kind not in RELATIONS:
        return make_user(department=department, area=town.zone, is_leader=True)
    user = make_user(department=department, is_staff_member=False)
    home = town.home
    party = home.occupants.select_related("party").get().party if kind == Department.TENANT else getattr(home, kind)
    party.user = user
    party.save()
    return user
