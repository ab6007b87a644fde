"""What residents did on their phones: reports in every state, declarations that wait, conventions signed, an objection."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.permissions import can
from anju.core import time
from anju.demo import people, pictures
from anju.dwellings.models import Dwelling, Occupant
from anju.files.signatures import Signature
from anju.inspections.models import Hazard
from anju.inspections.services.opening import Finding, Spot
from anju.outreach.models import Convention
from anju.outreach.services import conventions
from anju.portal.kinds import KINDS
from anju.portal.services import notes, objections, reports, residents
from anju.registration.models import Declaration
from anju.registration.services import declarations, signing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLE = "居民防火安全公约"
BODY = """电动自行车停到楼下车棚，到充电桩充电，不推进电梯、不拎电池上楼。
楼道、楼梯间不堆杂物，不停车，常闭式防火门随手关好。
不私拉电线，不用老化的插线板，出门关灯、关火、关电。
不在屋里存放煤气瓶、酒精、汽油等易燃物。
出租的房间装报警器，配面罩、报警哨和手电；不拆、不遮挡。
看到隐患告诉网格员，或者扫门牌上的码上报。
听到火警先叫醒同屋的人，走楼梯下楼，再打 119。"""
ARTICLES = (
    ("电动自行车入楼，一律搬走", "本月起楼道里的电动自行车由物业贴单提醒，三天不搬的移到车棚。\n充电请到 3 号、7 号桩，夜里 11 点到早上 6 点半价。"),
    ("本周六上午疏散演练", "周六上午 9 点半，1 幢到 6 幢听到警铃请走楼梯到中心花园集合，全程约 20 分钟。\n家里有老人、孩子的，请提前告诉楼院长。"),
)  # fmt: skip
# what was ticked, where, what was said, what becomes of it
TOLD: tuple[tuple[list[str], str, str, str], ...] = (
    (["ebike", "exit"], "shared", "一楼大厅停了四五辆，晚上还在充电", "new"),
    (["wires"], "home", "三楼窗户拉了一根线到楼下充电", "new"),
    (["gas"], "home", "闻到煤气味，厨房里有两个瓶子", "late"),
    (["sign"], "home", "门牌被撕掉一半", "new"),
    (["partition"], "home", "客厅隔成两间，住了好几个人", "opened"),
    (["exit"], "shared", "顶楼通天台的门锁了", "opened"),
    (["other"], "grounds", "消防通道上停着一辆面包车", "answered"),
    (["ebike"], "shared", "电瓶车推进电梯", "answered"),
    (["other"], "grounds", "楼下广场舞太吵", "rejected"),
)
ANSWERS = ("已通知车主移走，地面重新划了黄线。", "物业当场劝离，电梯已装阻车系统。")
# left at the door of who signs in as landlord, hours ago; "" waits
NOTES = (
    ("楼下天花板有水印，可能是您家卫生间漏水，请看一看。", 20, ""),
    ("周末搬家具声音太晚了，麻烦提醒一下住户。", 90, "已经跟住户说了，十点以后不会再搬。"),
)
REASON = "噪声问题请拨打 12345 或联系社区，不属于消防安全隐患。"


def scribble(chance: Random) -> Signature:
    """Something that looks written by hand."""
    strokes, moment = [], 0
    for letter in range(chance.randint(3, 4)):
        left, line = 0.08 + letter * 0.24, []
        phase, loops = chance.random() * 6, chance.randint(2, 4)
        for step in range(26):
            part = step / 25
            x = left + 0.2 * part + 0.03 * math.sin(part * loops * 6.3 + phase)
            y = 0.5 + 0.26 * math.sin(part * loops * 4.1 + phase) * (1 - part * 0.4)
            moment += 14
            line.append((round(x, 4), round(y, 4), moment))
        strokes.append(line)
        moment += 180
    return Signature(strokes, 2.1)


def make(chance: Random, today: date) -> None:
    """All of it happened in the last weeks, and some of it waits now."""
    story = _Story(chance, today)
    story.publicity()
    story.signings()
    story.reports()
    story.declarations()
    story.objection()
    story.notes()


class _Story:
    def __init__(self, chance: Random, today: date) -> None:
        self.chance = chance
        self.now = min(time.day_start(today) + 9 * HOUR, time.now())  # in the night that morning is still to come
        named = {
            user.username: user
            for user in User.objects.filter(username__in=["town", "grid", "police", "landlord", "tenant"])
        }
        self.town, self.grid, self.police = named["town"], named["grid"], named["police"]
        self.landlord, self.tenant = named["landlord"], named["tenant"]
        self.photos = pictures.make(self.town)["wrong"]
        homes = Dwelling.objects.for_user(self.grid).filter(letting_state="let").exclude(landlord=None)
        self.homes = list(homes.select_related("area", "place", "landlord", "sublessor").order_by("code")[:60])
        self.chance.shuffle(self.homes)

    def _at(self, moment: datetime, act: Callable[..., Any], **values: Any) -> Any:
        with time.in_the_past(min(moment, self.now)):
            return act(**values)

    def publicity(self) -> None:
        town = self.town.postings.select_related("area").first()
        assert town is not None
        assert town.area is not None
        began = self.now - 60 * DAY
        for area in Area.objects.filter(parent=town.area, kind=Area.Kind.COMMUNITY).order_by("path"):
            self._at(
                began,
                conventions.new_edition,
                by=self.town,
                area=area,
                title=TITLE,
                body=BODY,
                since=time.day_of(began),
            )
        for number, (title, body) in enumerate(ARTICLES):
            since = time.day_of(self.now) - timedelta(days=3 * number)
            self._at(
                self.now - 5 * DAY,
                conventions.publish,
                by=self.town,
                area=town.area,
                title=title,
                body=body,
                since=since,
            )

    def signings(self) -> None:
        """Half of the households of the grid have signed; the demo tenant has not yet."""
        text = Convention.objects.filter(area=self.grid.postings.get().area.parent).first()  # type: ignore[union-attr]
        for home in self.homes[: len(self.homes) // 2]:
            lives = home.occupants.filter(until=None).select_related("party").exclude(party__user=self.tenant).first()
            if text is not None and lives is not None:
                moment = self.now - self.chance.randint(1, 50) * DAY
                self._at(moment, self._sign, home=home, lives=lives, text=text)

    def _sign(self, home: Dwelling, lives: Occupant, text: Convention) -> None:
        user = residents.account_of(parties=[lives.party])
        lives.party.refresh_from_db()
        conventions.sign(by=user, dwelling=home, party=lives.party, convention=text, signature=scribble(self.chance))

    def reports(self) -> None:
        for number, (kinds, where, text, fate) in enumerate(TOLD):
            home = self.homes[number % len(self.homes)]
            age = {"new": 3 * HOUR * (number + 1), "late": 30 * HOUR}.get(fate, DAY * (number + 2))
            photos = [self.chance.choice(self.photos)] if number % 3 != 2 else []
            phone = people.phone(91_000 + number) if number % 2 else ""
            row = self._at(
                self.now - age, reports.make_report, token=f"demo-report-{number}", kinds=kinds, where_kind=where, area=home.area,
                dwelling=home, text=text, phone=phone, photos=photos,
            )  # fmt: skip
            later = self.now - age + 5 * HOUR
            if fate == "opened":
                kind = KINDS[kinds[0]]
                spot = Spot(dwelling=home) if where == "home" else Spot(place=row.place)
                bound = ("sublessor", "landlord", "operator") if where == "home" else ("property",)
                finding = Finding(title=str(kind.title), category=kind.category, severity=kind.severity, days=kind.days or 1, detail=text, bound=bound)  # fmt: skip
                self._at(
                    later,
                    reports.open_hazard,
                    by=self.grid,
                    report=row,
                    spot=spot,
                    finding=finding,
                    answer="谢谢，已派人处理。",
                )
            elif fate == "answered":
                self._at(later, reports.answer_report, by=self.grid, report=row, answer=ANSWERS[number % 2])
            elif fate == "rejected":
                self._at(later, reports.reject, by=self.grid, report=row, reason=REASON)

    def declarations(self) -> None:
        home = Dwelling.objects.for_user(self.landlord).filter(landlord__user=self.landlord).order_by("code").first()
        assert home is not None
        self._guarantee(home)
        rooms = [room.name for room in home.rooms.filter(removed_on=None)] or [""]
        D = time.day_of(self.now)
        said: list[tuple[Dwelling, str, dict[str, Any], str, str]] = [
            (home, "rooms", {"rooms_let": home.rooms_let or 2, "beds_let": (home.beds_let or 2) + 1, "rooms": {name: {"let": True, "persons": 2} for name in rooms if name}}, "landlord", "waiting"),
            (home, "arrival", self._person(1, rooms[-1], D - 1 * DAY), "landlord", "waiting"),
            (home, "lease", {**self._person(2, "", D), "rooms": rooms[0], "contract": "model", "signed_on": D - 2 * DAY, "starts": D - 1 * DAY, "ends": D + 364 * DAY, "file": True}, "landlord", "returned"),
        ]  # fmt: skip
        for number, other in enumerate(self.homes[10:16]):
            there = [room.name for room in other.rooms.filter(removed_on=None)] or [""]
            fate = ("waiting", "waiting", "waiting", "accepted", "accepted", "returned")[number]
            person = self._person(10 + number, self.chance.choice(there), D - (number + 1) * DAY)
            said.append((other, "arrival", {**person, "sign_name": number % 2 == 0}, "tenant", fate))
        for number, (where, kind, words, role, fate) in enumerate(said):
            self._one(number, where, kind, words, role, fate)

    def _person(self, number: int, room: str, since: date) -> dict[str, Any]:
        name = people.name(self.chance)
        return {
            "name": name, "room": room, "since": since, "phone": people.phone(92_000 + number), "id_kind": "resident",
            "id_number": people.id_number(self.chance, time.day_of(self.now)),
        }  # fmt: skip

    def _one(self, number: int, home: Dwelling, kind: str, said: dict[str, Any], role: str, fate: str) -> None:
        moment = self.now - (DAY * 2 if fate != "waiting" else HOUR * (3 + 7 * number % 40))
        tenant = role == "tenant"
        proof = Declaration.Proof.INVITATION if number % 2 else Declaration.Proof.PHONE
        row = self._at(
            moment, declarations.declare, by=None if tenant else self.landlord, dwelling=home, kind=kind, said=said, role=role,
            token=f"demo-declaration-{number}", proof=proof if tenant else Declaration.Proof.SIGNED_IN,
        )  # fmt: skip
        by = self._reviewer(row)
        if fate == "accepted" and by:
            self._at(moment + 20 * HOUR, declarations.accept, by=by, declaration=row)
        elif fate == "returned" and by:
            self._at(
                moment + 20 * HOUR,
                declarations.send_back,
                by=by,
                declaration=row,
                reason="证件号码与姓名对不上，请核对后重报。",
            )

    def _reviewer(self, row: Declaration) -> User | None:
        """The grid worker in the grid, the town around it; where the home lies in neither, it goes on waiting."""
        for user in (self.grid, self.town):
            if can(user, "declaration.review") and Declaration.objects.for_user(user).filter(pk=row.pk).exists():
                return user
        return None

    def _guarantee(self, home: Dwelling) -> None:
        party = signing.own_party(self.landlord, home)
        if party is not None:
            copy = signing.copy_of(home, party, scribble(self.chance))
            self._at(self.now - 2 * HOUR, signing.sign_guarantee, by=self.landlord, dwelling=home, copy=copy)

    def objection(self) -> None:
        row = Hazard.objects.for_user(self.landlord).filter(active=True, dwelling__landlord__user=self.landlord).order_by("id").first()  # fmt: skip
        if row is not None:
            self._at(
                self.now - 6 * HOUR,
                objections.object_to,
                by=self.landlord,
                hazard=row,
                text="检查那天有亲戚临时借住，第二天就走了，请再来看一次。",
            )

    def notes(self) -> None:
        home = (
            Dwelling.objects.for_user(self.landlord)
            .select_related("landlord", "sublessor", "operator")
            .order_by("code")
            .first()
        )
        if home is None:
            return
        for number, (text, hours, said) in enumerate(NOTES):
            left = self.now - hours * HOUR
            row = self._at(left, notes.leave, dwelling=home, text=text, token=f"demo{number}")
            if said:
                self._at(left + 5 * HOUR, notes.answer, by=self.landlord, note=row, text=said)
