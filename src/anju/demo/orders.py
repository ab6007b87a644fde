"""Powers, legal orders and joint actions (A11.2): most orders run, some are missed twice, somebody lets again."""

from datetime import date, datetime
from random import Random

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.demo.acts import DAY, HOUR, Acts, again, now_of, state_of
from anju.demo.settled import Crew, Settled, Told
from anju.demo.timeline import Timeline
from anju.documents import services as documents
from anju.documents.models import Document, IssuingBody
from anju.enforcement.models import Power, Request
from anju.enforcement.services import joint, orders, powers
from anju.inspections import workflow
from anju.inspections.models import Hazard
from anju.inspections.services import findings, hazards, tiers
from anju.inspections.services.opening import Spot

POWERS = (
    ("housing", "《商品房屋租赁管理办法》", "第二十二条", ("R01", "R02", "R04"), ("landlord", "sublessor", "operator"), True),
    ("housing", "《商品房屋租赁管理办法》", "第二十一条", ("D02", "D03", "D04"), ("landlord",), True),
    ("fire", "《中华人民共和国消防法》", "第六十条第一款第三项", ("D14", "U01"), ("landlord", "sublessor", "operator", "property"), False),
)  # fmt: skip
ORDERED = ("R01", "R02", "R04")
ASKED = (
    ("police", "核对居住人员信息，督促办理登记", "已核对并登记，未登记人员限期补办"),
    ("market", "核查出租经营主体证照", "已上门核查，责令补办备案"),
    ("fire", "复核疏散条件和电气线路", "已复核，隔间疏散不符合要求"),
)


def record_powers() -> None:
    city = User.objects.get(username="city")
    for department, law, article, rules, parties, persons in POWERS:
        body = IssuingBody.objects.get(department=department, area__kind="city")
        powers.record_power(
            by=city, body=body, law=law, article=article, since=date(2021, 8, 1), rules=rules, parties=parties,
            binds_persons=persons, review_by="昆山市人民政府", court="昆山市人民法院",
        )  # fmt: skip


class Orders:
    def __init__(self, chance: Random, timeline: Timeline, acts: Acts) -> None:
        self.chance, self.timeline, self.acts = chance, timeline, acts
        self.housing, self.second = User.objects.get(username="housing"), User.objects.get(username="housing-1")
        self.answering = {name: User.objects.get(username=f"{name}-1") for name in ("market", "fire")}

    # --- single steps --------------------------------------------------------------------------------------------------

    def order(self, row: Hazard, at: datetime, days: int) -> None:
        """Of the housing department, served the same day."""
        self.timeline.at(at, self._order, row, days)

    def _order(self, row: Hazard, days: int) -> None:
        if state_of(row) not in workflow.UNDER_WORK or row.answerable_party is None:
            return
        power = Power.objects.filter(body__department="housing").order_by("id")[0]
        order = orders.issue_order(
            by=self.housing, hazards=[row], power=power, second_officer=self.second, days=days,
            certificate="苏E0512001", second_certificate="苏E0512002",
        )  # fmt: skip
        self.timeline.at(time.now() + 5 * HOUR, self._serve, order.document, row.answerable_name)

    def _serve(self, document: Document, receiver: str) -> None:
        documents.serve(
            by=self.housing, document=document, how="in_person", served_at=time.now(), receiver=receiver,
            second_officer=str(self.second), proof=[self.acts.photo("right")],
        )  # fmt: skip

    def joint(self, row: Hazard, at: datetime, crew: Crew) -> None:
        self.timeline.at(at, self._joint, row, crew)

    def _joint(self, row: Hazard, crew: Crew) -> None:
        """Departments are asked in writing; most answer in time, one or the other does not."""
        found = now_of(row)
        if found.tier < 2 or found.state not in workflow.UNDER_WORK:
            return
        zone, city = Area.objects.get(kind="zone", path=paths.ancestors(row.area_path)[1]), self.acts.city
        chosen = [ASKED[0], *self.chance.sample(ASKED[1:], k=self.chance.randint(1, 2))]
        asks = [joint.Ask(name, zone if name == "police" else city, asked) for name, asked, _answer in chosen]
        action = joint.start(by=crew.office, hazard=row, aim="多部门联合整治，限期恢复原状", asks=asks)
        sent = action.requests.unscoped(reason="the demo's own letters").order_by("id")
        for request, (name, _asked, answer) in zip(sent, chosen, strict=True):
            by = crew.police if name == "police" else self.answering[name]
            if self.chance.random() < 0.72:
                self.timeline.at(time.now() + self.chance.randint(20, 100) * HOUR, self._reply, request, by, answer)

    def _reply(self, request: Request, by: User, text: str) -> None:
        joint.reply(by=by, request=request, answer="done", text=text)

    # --- hard cases ----------------------------------------------------------------------------------------------------

    def plan(self, one: Settled, told: Told, mended: Told | None) -> None:
        """A party who does not correct, or who lets again what may not be let; `mended`: seen right in between."""
        at = told.observation.observed_at
        first = not any(before.telling.found for before in one.told[: one.told.index(told)])
        if not first:
            self.timeline.at(at, self._seen_again, one, told)
        elif one.home.fate == "let_again":
            self.timeline.at(at, self._cleared, one, told, mended)
        else:
            self.timeline.at(at, self._defied, one, told)

    def _open(self, one: Settled, told: Told) -> list[Hazard]:
        results = [result for result in told.judgement.results if result.rule in told.telling.found]
        spots = {result.room or "": Spot(dwelling=one.dwelling, room=result.room or "") for result in results}
        grid, judgement = one.crew.grid[one.dwelling.area_path], told.judgement
        outcome = findings.from_results(spots, results, judgement.edition, judgement.on, grid, time.now())
        return outcome.opened

    def _defied(self, one: Settled, told: Told) -> None:
        """Notice, first day missed, order, its day missed, a false report, the next day missed: tier 3."""
        crew, grid, at = one.crew, one.crew.grid[one.dwelling.area_path], time.now()
        refuses = self.chance.random() < 0.25
        for row in self._open(one, told):
            self.timeline.at(at + HOUR, self.acts.notify, [row], grid)
            self.timeline.at(at + 16 * DAY, self.acts.remind, row, crew.office)
            self.order(row, at + 18 * DAY, 5)
            if refuses:
                self.timeline.at(at + 21 * DAY, again, tiers.refused_in_writing, by=crew.office, hazard=row,
                                 reason="书面答复：租约未到期，不拆不减")  # fmt: skip
            else:
                self.timeline.at(at + 25 * DAY, self.acts.correct, row, crew.community)
                self.timeline.at(at + 26 * DAY, again, hazards.reinspect, by=self.housing, hazard=row, put_right=False,
                                 text="责令后仍未整改", days=3)  # fmt: skip
            self.joint(row, at + 32 * DAY, crew)

    def _cleared(self, one: Settled, told: Told, mended: Told | None) -> None:
        crew, grid, at = one.crew, one.crew.grid[one.dwelling.area_path], time.now()
        assert mended is not None
        seen = mended.observation.observed_at
        for row in self._open(one, told):
            self.order(row, at + DAY, 14)
            self.acts.moved_out_by(row, seen - 20 * HOUR, crew)
            self.timeline.at(seen - 12 * HOUR, self.acts.correct, row, crew.community)
            self.timeline.at(seen, self.acts.pass_, row, grid)
            self.timeline.at(seen + DAY, self.acts.confirm, row, crew.office)
            self.acts.recheck(row, one)

    def _seen_again(self, one: Settled, told: Told) -> None:
        at = time.now()
        for row in self._open(one, told):  # nothing new where the case is still open
            self.timeline.at(at + 3 * HOUR, self.acts.letting_stopped, row, one.crew.office)
            self.timeline.at(at + 2 * DAY, self.acts.agree_move_out, row, one.crew.office)
            self.joint(row, at + DAY, one.crew)
