"""Every step a person can take on a hazard's page: its form, its words, what it does, and when it is offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.files.services import store_photo
from anju.inspections import forms, workflow
from anju.inspections.models import Clock, Hazard
from anju.inspections.services import clocks, handovers, hazards, prohibited, tiers

S = Hazard.State
Text = str | Promise
UNDER_WORK = (S.OPEN, S.CORRECTING, S.JOINT)
OPEN = tuple(workflow.OPEN_STATES)


@dataclass(frozen=True)
class Step:
    """`run(by, hazard, data)` is the service; `when(hazard)` says whether the page offers it at all."""

    name: str
    title: Text
    form: type[forms.StepForm]
    run: Callable[[User, Hazard, dict[str, Any]], Any]
    verb: str
    states: tuple[str, ...]
    icon: str
    consequence: Text = ""
    move: str = ""  # its line in the table of moves, whose guard is asked
    when: Callable[[Hazard], bool] = lambda hazard: True
    css: str = "primary"


def _photos(by: User, data: dict[str, Any]) -> list[Any]:
    return [store_photo(upload=upload, by=by) for upload in data.get("photos", [])]


def _plain(service: Callable[..., Any], *names: str) -> Callable[[User, Hazard, dict[str, Any]], Any]:
    """Hand the named fields of the form to the service."""

    def run(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
        values = {name: data.get(name) for name in names}
        return service(by=by, hazard=hazard, version=data["version"], **values)

    return run


def _correct(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    return hazards.correct(by=by, hazard=hazard, text=data["text"], photos=_photos(by, data), version=data["version"])


def _reinspect(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    return hazards.reinspect(
        by=by, hazard=hazard, put_right=data["result"] == "yes", text=data["text"], days=data["days"],
        photos=_photos(by, data), version=data["version"],
    )  # fmt: skip


def _confirm(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    return hazards.confirm(by=by, hazard=hazard, text=data["text"], photos=_photos(by, data), version=data["version"])


def _reopen(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    again = bool(data.get("let_again"))
    return hazards.reopen(by=by, hazard=hazard, reason=data["reason"], let_again=again, version=data["version"])


def _refuge(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    return prohibited.decide_refuge(
        by=by,
        hazard=hazard,
        needed=data["needed"] == "yes",
        reason=data["reason"],
        until=data["until"],
        version=data["version"],
    )


def _security(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    counted = data["is_security"] == "yes"
    return hazards.decide_security(
        by=by, hazard=hazard, is_security=counted, reason=data["reason"], version=data["version"]
    )


def _move_out(by: User, hazard: Hazard, data: dict[str, Any]) -> Any:
    values = {name: value for name, value in data.items() if name != "version" and value not in (None, "")}
    return prohibited.record_move_out(by=by, hazard=hazard, version=data["version"], **values)


def _correction_runs(hazard: Hazard) -> bool:
    return any(clock.missed_at is None for clock in clocks.running(hazard, clocks.CORRECTION))


def _home_prohibited(hazard: Hazard) -> bool:
    return hazard.is_prohibited and hazard.dwelling_id is not None


def _unless(kind: str) -> Callable[[Hazard], bool]:
    return lambda hazard: _home_prohibited(hazard) and bool(clocks.running(hazard, (kind,)))


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("assign", _("Assign"), forms.AssignForm, _plain(hazards.assign, "handler"), "hazard.assign",
             (S.OPEN, S.CORRECTING, S.REINSPECT, S.JOINT), "user-check", _("The handler finds it in today's work.")),
        Step("letting_stopped", _("Record that new letting stopped"), forms.RemarkForm, _plain(prohibited.letting_stopped, "text"),
             "hazard.notice", UNDER_WORK, "lock", _("The first of the three clocks ends. Nobody has to move because of it."),
             when=_unless(Clock.Kind.NO_NEW_LETTING)),
        Step("move_out", _("Record the agreed move-out"), forms.MoveOutForm, _move_out, "hazard.notice", UNDER_WORK, "calendar-check",
             _("The clock of the move-out follows the agreed day. It counts against the letting party, never the tenant."),
             when=_unless(Clock.Kind.MOVE_OUT)),
        Step("moved_out", _("Moved out"), forms.DayForm, _plain(prohibited.moved_out, "on"), "hazard.notice", UNDER_WORK, "home-check",
             _("The clock of the move-out ends. The correction is then reported and re-inspected."), when=_unless(Clock.Kind.MOVE_OUT)),
        Step("refuge", _("Decide on temporary refuge"), forms.RefugeForm, _refuge, "hazard.escalate", UNDER_WORK, "heart-handshake",
             _("Only fire, police and housing decide this, where the danger is real."), when=_home_prohibited),
        Step("correct", _("Report the correction"), forms.CorrectForm, _correct, "hazard.correct", UNDER_WORK, "camera",
             _("The correction clock stops; somebody else re-inspects within three days."), move="correct"),
        Step("reinspect", _("Re-inspect"), forms.ReinspectForm, _reinspect, "hazard.reinspect", (S.REINSPECT,), "eye-check",
             _("Put right: a minor hazard is closed, a severe one waits for a second person. Not put right: a new term starts."),
             move="fail"),
        Step("confirm", _("Confirm and close"), forms.ConfirmForm, _confirm, "hazard.confirm", (S.CONFIRM,), "checks",
             _("The hazard is closed. A prohibited home is looked at again after 7, 30 and 90 days."), move="confirm"),
        Step("send_back", _("Not confirmed"), forms.ReasonForm, _plain(hazards.send_back, "reason"), "hazard.confirm", (S.CONFIRM,),
             "arrow-back-up", _("It is re-inspected again within three days."), move="send_back"),
        Step("remind", _("Remind"), forms.RemarkForm, _plain(hazards.remind, "text"), "hazard.notice", OPEN, "bell",
             _("The reminder stands in the history; nothing else changes.")),
        Step("extend", _("Extend"), forms.ExtendForm, _plain(hazards.extend, "until", "reason"), "hazard.extend", UNDER_WORK,
             "calendar-due", _("At most 30 days from today. A day set by a legal order cannot be extended here.")),
        Step("stop", _("Stop the clock"), forms.ReasonForm, _plain(clocks.stop, "reason"), "hazard.extend", UNDER_WORK, "clock-pause",
             _("The time that it stands is added later."), when=lambda hazard: not hazard.stopped_reason and _correction_runs(hazard)),
        Step("resume", _("Let the clock run"), forms.Nothing, _plain(clocks.resume), "hazard.extend", UNDER_WORK, "player-play",
             when=lambda hazard: bool(hazard.stopped_reason)),
        Step("escalate", _("Raise to tier 2"), forms.ReasonForm, _plain(tiers.escalate, "reason"), "hazard.escalate", UNDER_WORK,
             "trending-up", _("The departments in charge can then be told. Tier 3 follows from a legal order only."),
             when=lambda hazard: hazard.tier < 2),
        Step("refused", _("Refused in writing"), forms.ReasonForm, _plain(tiers.refused_in_writing, "reason"), "hazard.escalate",
             UNDER_WORK, "x", _("After a served legal order this raises the case to tier 3. Refusing to sign a receipt is not a refusal to correct."),
             when=lambda hazard: hazard.refused_at is None),
        Step("hand_over", _("Hand over"), forms.HandOverForm, _plain(handovers.send, "to_department", "to_area", "reason"),
             "hazard.hand_over", (S.OPEN, S.CORRECTING, S.REINSPECT), "transfer",
             _("The body sees this hazard and answers within one working day. Returned ones count as not handed over."), move="hand_over"),
        Step("accept", _("Accept the hand-over"), forms.RemarkForm, _plain(handovers.accept, "text"), "hazard.answer", (S.HANDED_OVER,),
             "check", _("The case is your body's from now on."), move="accept"),
        Step("give_back", _("Return the hand-over"), forms.ReasonForm, _plain(handovers.give_back, "reason"), "hazard.answer",
             (S.HANDED_OVER,), "arrow-back-up", _("It goes back to the body that sent it."), move="return"),
        Step("outside", _("Outside our jurisdiction"), forms.ReasonForm, _plain(hazards.mark_outside, "reason"), "hazard.hand_over",
             UNDER_WORK, "map-pin", _("It counts as to be handed over from the next working day on."),
             when=lambda hazard: not hazard.outside_jurisdiction),
        Step("security", _("Decide: security hazard or not"), forms.SecurityForm, _security, "hazard.security", OPEN, "shield-check",
             _("The rate of security hazards put right counts what you decide; until then it counts what the rule says.")),
        Step("void", _("Declare void"), forms.VoidForm, _plain(hazards.void, "kind", "reason"), "hazard.void",
             (S.OPEN, S.CORRECTING, S.REINSPECT, S.CONFIRM, S.JOINT), "circle-minus", _("It leaves the counts and keeps its history."),
             move="void", css="danger"),
        Step("reopen", _("Open again"), forms.ReopenForm, _reopen, "hazard.confirm", (S.CLOSED, S.VOID), "refresh",
             _("The term starts anew today."), move="reopen"),
    )
}  # fmt: skip

# What leads in each state; elsewhere the page leads with the notice.
LEADING: dict[str, tuple[str, ...]] = {
    S.OPEN: ("assign",),
    S.CORRECTING: ("letting_stopped", "correct"),
    S.JOINT: ("correct",),
    S.REINSPECT: ("reinspect",),
    S.CONFIRM: ("confirm",),
    S.HANDED_OVER: ("accept",),
}


@dataclass(frozen=True)
class Offer:
    """A step as the page shows it: possible, or with the reason why not."""

    step: Step
    refusal: str


def offers(hazard: Hazard, user: User) -> list[Offer]:
    """The steps of the present state that the person's posting includes; refused ones with their reason."""
    found = []
    for step in STEPS.values():
        if hazard.state in step.states and can(user, step.verb) and step.when(hazard):
            guard = workflow.hazards.moves[step.move].guard if step.move else None
            found.append(Offer(step, _refusal(step, hazard, user) or (guard(hazard, user) if guard else None) or ""))
    return found


def _refusal(step: Step, hazard: Hazard, user: User) -> str:
    if step.name in ("accept", "give_back"):
        sent = hazard.hand_overs.filter(state="sent").first()
        if sent is None or not handovers.may_answer(user, sent):
            return _t("The body to which it was handed over answers.")
    if step.name == "refuge" and not prohibited.may_decide_refuge(user, hazard):
        return _t("Only fire, police or the housing department decide this.")
    if step.name == "extend":
        clock = clocks.present(hazard)
        if clock and clock.order:
            return _t("The day was set by a legal order; only a new order changes it.")
    return ""


def leading(found: list[Offer], hazard: Hazard, user: User) -> Offer | None:
    """The one primary step of the page: what waits for this person, not everything he could do."""
    possible = {offer.step.name: offer for offer in found if not offer.refusal}
    names = LEADING.get(hazard.state, ())
    if hazard.state == S.CORRECTING and hazard.handler_id != user.pk and can(user, "hazard.assign"):
        return None
    return next((possible[name] for name in names if name in possible), None)
