"""Single acts of the story, each by the service of its app; what a case has left behind meanwhile is quietly left out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import time
from anju.demo.settled import Crew, Settled, Told
from anju.demo.timeline import Timeline
from anju.documents import services as documents
from anju.files.models import StoredFile
from anju.inspections import workflow
from anju.inspections.models import Clock, Hazard, PlanItem
from anju.inspections.services import clocks, handovers, hazards, notices, prohibited

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = ("已更换并测试", "已清理，通道畅通", "已按要求整改", "已补齐", "已拆除并恢复原状")
NOT_RIGHT = ("仍有一间未整改", "只换了一处", "现场与照片不符")
STOPPED = ("等待房屋安全鉴定结论", "出租人对告知书提出异议，正在核实", "业主在外地，已约定返回日期")
OUTSIDE = {"D13": "fire", "D21": "urban", "R05": "housing", "D01": "housing"}
Photos = dict[str, list[StoredFile]]
S = Hazard.State


def state_of(row: Hazard) -> str:
    state: str = Hazard._base_manager.values_list("state", flat=True).get(pk=row.pk)
    return state


def now_of(row: Hazard) -> Hazard:
    found: Hazard = Hazard._base_manager.get(pk=row.pk)
    return found


class Acts:
    def __init__(self, chance: Random, timeline: Timeline, photos: Photos) -> None:
        self.chance, self.timeline, self.photos = chance, timeline, photos
        self.city = Area.objects.get(kind="city")
        self.bodies = {kind: User.objects.get(username=f"{kind}-1") for kind in ("fire", "urban")}
        self.bodies["housing"] = User.objects.get(username="housing")

    def photo(self, kind: str) -> StoredFile:
        return self.chance.choice(self.photos[kind])

    def said(self) -> str:
        return self.chance.choice(SAID)

    # --- correcting and looking again ------------------------------------------------------------------------------

    def assign(self, row: Hazard, to: User, by: User) -> None:
        if state_of(row) in workflow.UNDER_WORK:
            hazards.assign(by=by, hazard=row, handler=to)

    def correct(self, row: Hazard, by: User) -> None:
        if state_of(row) in (*workflow.UNDER_WORK, S.JOINT):
            photos = [] if row.category == Hazard.Category.PAPERWORK else [self.photo("right")]
            hazards.correct(by=by, hazard=row, text=self.said() if photos else "已补齐", photos=photos)

    def pass_(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.REINSPECT:
            photos = [] if row.category == Hazard.Category.PAPERWORK else [self.photo("right")]
            hazards.reinspect(
                by=by, hazard=row, put_right=True, text="现场核查通过" if photos else "已核对原件", photos=photos
            )

    def fail(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.REINSPECT:
            text = self.chance.choice(NOT_RIGHT)
            hazards.reinspect(by=by, hazard=row, put_right=False, text=text, photos=[self.photo("wrong")])

    def confirm(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.CONFIRM:
            hazards.confirm(by=by, hazard=row)

    def reopen(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.CLOSED:
            hazards.reopen(by=by, hazard=row, reason="抽查发现仍未整改，照片不是本户")

    def recheck(self, row: Hazard, one: Settled) -> None:
        """The looks at a home that was cleared, on the days on which they were told."""
        for told in one.told:
            if told.telling.recheck and told.observation.observed_at > time.now():
                self.timeline.at(told.observation.observed_at, self.rechecked, row, told)

    def rechecked(self, row: Hazard, told: Told) -> None:
        """The re-occupation check of a home that was cleared: its planned visit is done and its clock with it."""
        if state_of(row) != S.CLOSED:
            return
        items = PlanItem._base_manager.filter(hazard=row, state=PlanItem.State.OPEN).order_by("due_on", "id")
        item = items.first()
        kinds = (Clock.Kind.REOCCUPIED_7, Clock.Kind.REOCCUPIED_30, Clock.Kind.REOCCUPIED_90)
        clock = next(iter(clocks.running(row, kinds)), None)
        if item is not None and clock is not None:
            PlanItem._base_manager.filter(pk=item.pk).update(state=PlanItem.State.DONE)
            Clock.objects.filter(pk=clock.pk).update(done_at=told.observation.observed_at)

    # --- what an office does meanwhile ------------------------------------------------------------------------------

    def extend(self, row: Hazard, until: date, by: User) -> None:
        clock = clocks.present(now_of(row))
        if (
            clock is not None
            and clock.kind in clocks.CORRECTION
            and not clock.order
            and time.day_end(until) > clock.due_at
        ):
            hazards.extend(by=by, hazard=row, until=until, reason="施工队已约定日期，材料未到")

    def stop(self, row: Hazard, by: User) -> None:
        fresh = now_of(row)
        if clocks.running(fresh, clocks.CORRECTION) and fresh.is_open and not fresh.overdue:
            clocks.stop(by=by, hazard=row, reason=self.chance.choice(STOPPED))

    def remind(self, row: Hazard, by: User) -> None:
        if state_of(row) in workflow.OPEN_STATES:
            hazards.remind(by=by, hazard=row, text="电话催办，承诺本周完成")

    def void(self, row: Hazard, by: User) -> None:
        if state_of(row) in workflow.UNDER_WORK:
            hazards.void(by=by, hazard=row, kind=Hazard.Void.FALSE, reason="复核现场，是楼道公共设施，误记到户内")

    def police_decide(self, row: Hazard, at: datetime, crew: Crew) -> None:
        if self.chance.random() < 0.9:
            self.timeline.at(at + self.chance.randint(3, 40) * HOUR, self._decide, row, crew.police)

    def _decide(self, row: Hazard, by: User) -> None:
        if state_of(row) in workflow.OPEN_STATES:
            hazards.decide_security(by=by, hazard=row, is_security=True, reason="核对规则依据，属于治安隐患")

    def notify(self, rows: Sequence[Hazard], by: User) -> None:
        """One notice to one party about one place; who lets signs for it."""
        first = rows[0]
        who = (first.answerable, first.answerable_party_id)
        same = [
            row
            for row in rows
            if (row.answerable, row.answerable_party_id) == who and state_of(row) in workflow.OPEN_STATES
        ]
        if not first.answerable_name or not same:
            return
        notice = notices.issue(by=by, hazards=same)
        documents.serve(
            by=by, document=notice.document, how="in_person", served_at=time.now(),
            receiver=first.answerable_name, proof=[self.photo("right")],
        )  # fmt: skip

    # --- hand-overs -------------------------------------------------------------------------------------------------

    def hand_over(self, row: Hazard, at: datetime, crew: Crew, *, last: datetime | None = None) -> None:
        """Sent, and answered within a working day as a rule; early in the year more came back."""
        department = OUTSIDE[row.rule]
        self.timeline.at(at, self._send, row, department, crew.office)
        year = (self.timeline.until - at) / timedelta(days=365)
        returned = self.chance.random() < 0.04 + 0.22 * year
        answered = at + self.chance.randint(2, 22) * HOUR
        if last is not None and answered > last:
            return
        if returned:
            self.timeline.at(answered, self._return, row, self.bodies[department])
            self.timeline.at(answered + 3 * HOUR, self.assign, row, crew.grid[row.area_path], crew.office)
            if self.chance.random() < 0.7:  # the right body, at the second attempt
                other = "urban" if department != "urban" else "fire"
                sent = answered + self.chance.randint(1, 16) * DAY
                self.timeline.at(sent, self._send, row, other, crew.office)
                self.timeline.at(sent + 5 * HOUR, self._accept, row, self.bodies[other])
        else:
            self.timeline.at(answered, self._accept, row, self.bodies[department])

    def _send(self, row: Hazard, department: str, by: User) -> None:
        if state_of(row) in workflow.UNDER_WORK:
            handovers.send(
                by=by, hazard=row, to_department=department, to_area=self.city, reason="涉及该部门职责，属地无权处理"
            )

    def _accept(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.HANDED_OVER:
            handovers.accept(by=by, hazard=row, text="已受理")
            hazards.assign(by=by, hazard=row, handler=by)

    def _return(self, row: Hazard, by: User) -> None:
        if state_of(row) == S.HANDED_OVER:
            handovers.give_back(by=by, hazard=row, reason="不属本部门职责，退回属地")

    # --- prohibited is not eviction ---------------------------------------------------------------------------------

    def moved_out_by(self, row: Hazard, done: datetime, crew: Crew) -> None:
        """Letting stopped at once, the move-out agreed, and all gone some hours before `done`."""
        at, span = row.found_at, done - row.found_at
        self.timeline.at(at + 3 * HOUR, self.letting_stopped, row, crew.office)
        self.timeline.at(at + min(2 * DAY, span / 3), self.agree_move_out, row, crew.office)
        self.timeline.at(at + span * 0.9, self.moved_out, row, crew.office)

    def letting_stopped(self, row: Hazard, by: User) -> None:
        prohibited.letting_stopped(by=by, hazard=row, text="出租人书面承诺")

    def refuge(self, row: Hazard) -> None:
        prohibited.decide_refuge(
            by=self.bodies["fire"], hazard=row, needed=False, reason="现场无明火和危险品，暂无紧迫危险"
        )

    def agree_move_out(self, row: Hazard, by: User) -> None:
        prohibited.record_move_out(
            by=by, hazard=row, tenant_told_on=time.today(), tenant_told_how="当面告知并签字", settled="押金和剩余租金已退",
            going_to="同小区合规房源", need_help=self.chance.choice((0, 0, 1)),
        )  # fmt: skip

    def moved_out(self, row: Hazard, by: User) -> None:
        if state_of(row) in workflow.OPEN_STATES:
            prohibited.moved_out(by=by, hazard=row, on=time.today())


def again(service: Any, *, by: User, hazard: Hazard, **values: Any) -> None:
    """A service on the hazard as it is now."""
    service(by=by, hazard=now_of(hazard), **values)
