"""What lists, boards and pages of hazards read. Everything starts from `for_user`: foreign rows do not exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.inspections import wording, workflow
from anju.inspections.models import Correction, HandOver, Hazard

S = Hazard.State
Text = str | Promise

# Tabs of the list, in the order of the work.
TABS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("", gettext_lazy("Under way"), tuple(sorted(workflow.OPEN_STATES))),
    ("open", gettext_lazy("To be assigned"), (S.OPEN,)),
    ("correcting", gettext_lazy("Being corrected"), (S.CORRECTING,)),
    ("reinspect", gettext_lazy("To be re-inspected"), (S.REINSPECT,)),
    ("handed_over", gettext_lazy("Handed over"), (S.HANDED_OVER,)),
    ("joint", gettext_lazy("Joint action"), (S.JOINT,)),
    ("confirm", gettext_lazy("To be confirmed"), (S.CONFIRM,)),
    ("closed", gettext_lazy("Done with"), (S.CLOSED, S.VOID)),
)
STATES_OF = {value: states for value, _label, states in TABS}
SERIOUS = ("prohibited", "severe")


def visible(user: User) -> "QuerySet[Hazard]":
    rows: QuerySet[Hazard] = Hazard.objects.for_user(user)
    return rows


def hazard_or_404(user: User, code: str) -> Hazard:
    rows = visible(user).select_related(
        "dwelling",
        "place",
        "area",
        "handler",
        "answerable_party",
        "found_by",
        "corrected_by",
        "reinspected_by",
        "move_out",
    )
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def place_or_404(user: User, code: str) -> Place:
    """A place inside the person's areas or places; names of places are public, what is seen there is not."""
    found = Place.objects.filter(code=code).select_related("area").first()
    scope = scope_of(user)
    if found is None or not (
        scope.has_area(found.area_path) or any(found.path.startswith(root) for root in scope.place_paths)
    ):
        raise Http404
    return found


def filtered(user: User, query: QueryDict, now: datetime) -> "QuerySet[Hazard]":
    """The hazards of a query string without its state tab: area, severity, tier, handler, when, q, department."""
    rows = visible(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    severity = query.get("severity", "")
    if severity == "serious":
        rows = rows.filter(severity__in=SERIOUS)
    elif severity:
        rows = rows.filter(severity=severity)
    tier = str(query.get("tier", ""))
    if tier in ("1", "2", "3"):
        rows = rows.filter(tier=int(tier))
    for name in ("department", "category", "source", "rule"):
        if query.get(name):
            rows = rows.filter(**{name: query[name]})
    if query.get("security"):
        rows = rows.filter(is_security=True)
    rows = _by_handler(rows, query.get("handler", ""), user)
    rows = _by_term(rows, query.get("when", ""), now)
    return _by_words(rows, query.get("q", "").strip())


def _by_handler(rows: "QuerySet[Hazard]", handler: str, user: User) -> "QuerySet[Hazard]":
    if handler == "me":
        return rows.filter(handler=user)
    if handler == "none":
        return rows.filter(handler=None)
    return rows.filter(handler__username=handler) if handler else rows


def _by_term(rows: "QuerySet[Hazard]", when: str, now: datetime) -> "QuerySet[Hazard]":
    tonight = time.day_end(time.day_of(now))
    if when == "overdue":
        return rows.filter(overdue=True)
    if when == "today":
        return rows.filter(overdue=False, due_at__lte=tonight)
    if when == "week":
        return rows.filter(overdue=False, due_at__lte=tonight + timedelta(days=6))
    return rows


def _by_words(rows: "QuerySet[Hazard]", text: str) -> "QuerySet[Hazard]":
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(where__icontains=word)
            | Q(rule__iexact=word)
            | Q(code__iexact=word)
            | Q(answerable_name__icontains=word)
        )
    return rows


def number(rows: "QuerySet[Any]") -> str:
    """A count for a tab or a heading: 412, or 1,000+ where counting stopped."""
    found, more = capped_count(rows)
    return f"{found:,}{'+' if more else ''}"


def of_tab(rows: "QuerySet[Hazard]", tab: str) -> "QuerySet[Hazard]":
    """The rows of a tab; what is under way goes by its own column, which has an index in the order of the list."""
    states = STATES_OF.get(tab, STATES_OF[""])
    return rows.filter(active=True) if states == STATES_OF[""] else rows.filter(state__in=states)


def tabs(rows: "QuerySet[Hazard]") -> list[tuple[str, Text, str]]:
    return [(value, label, number(of_tab(rows, value))) for value, label, _states in TABS]


@dataclass
class Group:
    """Rows of one urgency, under one heading."""

    key: str
    label: Text
    css: str
    count: str = ""
    rows: list["Line"] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A hazard as lists show it."""

    hazard: Hazard
    title: str
    about: str
    url: str
    tone: str
    icon: str
    state: Text
    prefix: Text
    next_label: str
    next_url: str


GROUPS = (
    ("over", gettext_lazy("Overdue"), "over"),
    ("today", gettext_lazy("Due today"), "due"),
    ("prohibited", gettext_lazy("Prohibited, move-out being agreed"), ""),
    ("week", gettext_lazy("This week"), ""),
    ("later", gettext_lazy("Later"), ""),
)


def group_of(hazard: Hazard, now: datetime) -> str:
    tonight = time.day_end(time.day_of(now))
    if hazard.overdue:
        return "over"
    if hazard.due_at <= tonight:
        return "today"
    if hazard.is_prohibited and hazard.state in workflow.UNDER_WORK:
        return "prohibited"
    return "week" if hazard.due_at <= tonight + timedelta(days=6) else "later"


def group_counts(rows: "QuerySet[Hazard]", now: datetime) -> dict[str, str]:
    """Of all filtered rows, not of the page."""
    tonight = time.day_end(time.day_of(now))
    waiting = Q(severity="prohibited", state__in=workflow.UNDER_WORK)
    later = rows.filter(overdue=False, due_at__gt=tonight)
    week = tonight + timedelta(days=6)
    return {
        "over": number(rows.filter(overdue=True)),
        "today": number(rows.filter(overdue=False, due_at__lte=tonight)),
        "prohibited": number(later.filter(waiting)),
        "week": number(later.filter(due_at__lte=week).exclude(waiting)),
        "later": number(later.filter(due_at__gt=week).exclude(waiting)),
    }


def grouped(found: Sequence[Hazard], user: User, now: datetime, counts: dict[str, str]) -> list[Group]:
    groups = {key: Group(key, label, css, counts.get(key, "")) for key, label, css in GROUPS}
    for hazard in found:
        groups[group_of(hazard, now)].rows.append(line(hazard, user))
    return [group for group in groups.values() if group.rows]


def with_details(rows: "QuerySet[Hazard]") -> "QuerySet[Hazard]":
    """What a line says beside its title, in a fixed number of queries."""
    sent = HandOver.objects.unscoped(reason="of hazards that were read for a user").filter(state=HandOver.State.SENT)
    corrections = Correction.objects.filter(accepted=None).annotate(pictures=Count("event__photos"))
    return rows.select_related("handler", "move_out").prefetch_related(
        Prefetch("hand_overs", queryset=sent, to_attr="sent_now"),
        Prefetch("corrections", queryset=corrections, to_attr="waiting_corrections"),
    )


def line(hazard: Hazard, user: User) -> Line:
    tone, icon = wording.state_mark(hazard)
    state: Text = hazard.get_state_display()
    told = getattr(hazard, "move_out", None) if hazard.is_prohibited else None
    if told is not None and told.no_new_letting_at and hazard.state in workflow.UNDER_WORK:
        tone, icon, state = "ok", "circle-check", _("No new letting")
    label, url = next_step(hazard, user)
    prohibited = hazard.is_prohibited and hazard.state in workflow.UNDER_WORK and not hazard.overdue
    return Line(
        hazard=hazard,
        title=wording.title(hazard),
        about=about(hazard),
        url=reverse("hazards:hazard", args=[hazard.code]),
        tone=tone,
        icon=icon,
        state=state,
        prefix=_("Move-out ") if prohibited else "",
        next_label=label,
        next_url=url,
    )


def about(hazard: Hazard) -> str:
    """The one thing one wants to know beside the address."""
    sent = getattr(hazard, "sent_now", None)
    if sent:
        return _("waiting for %(body)s since %(day)s") % {
            "body": sent[0].get_to_department_display(),
            "day": time.day_of(sent[0].sent_at).strftime("%m-%d"),
        }
    waiting = getattr(hazard, "waiting_corrections", None)
    if waiting and hazard.state == S.REINSPECT:
        return _("correction reported with %(n)s photos") % {"n": waiting[-1].pictures}
    told = getattr(hazard, "move_out", None) if hazard.is_prohibited else None
    if told is not None and told.tenant_told_on:
        parts = [_("tenant told %(day)s") % {"day": told.tenant_told_on.strftime("%m-%d")}]
        if told.going_to:
            parts.append(_("moving to %(where)s") % {"where": told.going_to})
        return _(", ").join(parts)
    if hazard.gone_at and hazard.is_open:
        return _("the facts no longer show it")
    if hazard.stopped_reason:
        return _("clock stopped: %(why)s") % {"why": hazard.stopped_reason}
    if hazard.overdue and hazard.state in workflow.UNDER_WORK and hazard.answerable:
        return _("%(party)s has not put it right") % {"party": wording.party(hazard)}
    return ""


NEXT = {
    S.OPEN: ("assign", gettext_lazy("Assign")),
    S.REINSPECT: ("reinspect", gettext_lazy("Re-inspect")),
    S.CONFIRM: ("confirm", gettext_lazy("Confirm")),
}
VERB_OF = {"assign": "hazard.assign", "reinspect": "hazard.reinspect", "confirm": "hazard.confirm"}


def next_step(hazard: Hazard, user: User) -> tuple[str, str]:
    """(verb, address) of what this person does next with it."""
    page = reverse("hazards:hazard", args=[hazard.code])
    if hazard.state in NEXT:
        name, label = NEXT[Hazard.State(hazard.state)]
        if can(user, VERB_OF[name]):
            return str(label), reverse("hazards:step", args=[hazard.code, name])
    if hazard.state == S.HANDED_OVER:
        return _("See the answer"), page
    if hazard.state == S.JOINT:
        return _("See the replies"), page
    if hazard.state in workflow.UNDER_WORK:
        if hazard.overdue and can(user, "hazard.notice"):
            return _("Remind"), reverse("hazards:step", args=[hazard.code, "remind"])
        return _("See progress"), page
    return _("Look"), page


BOARD = (
    ("open", gettext_lazy("To be assigned"), (S.OPEN,)),
    ("correcting", gettext_lazy("Being corrected"), (S.CORRECTING,)),
    ("reinspect", gettext_lazy("To be re-inspected"), (S.REINSPECT,)),
    ("handed_over", gettext_lazy("Handed over and joint"), (S.HANDED_OVER, S.JOINT)),
    ("confirm", gettext_lazy("To be confirmed"), (S.CONFIRM,)),
)
CARDS = 6


def board(rows: "QuerySet[Hazard]", user: User) -> list[dict[str, Any]]:
    columns = []
    for value, label, states in BOARD:
        of_state = rows.filter(state__in=states)
        found = with_details(of_state.order_by("due_at", "id"))[:CARDS]
        late, _more = capped_count(of_state.filter(overdue=True))
        columns.append(
            {
                "value": value,
                "label": label,
                "count": number(of_state),
                "late": late,
                "lines": [line(row, user) for row in found],
            }
        )
    return columns


def handlers(user: User) -> list[tuple[str, str]]:
    """People who have hazards among those the person sees, for the filter."""
    own = visible(user).filter(active=True, handler=OuterRef("pk")).order_by()
    # Person by person: the staff of a city are few, its hazards many.
    found = User.objects.filter(Exists(own), is_staff_member=True).values_list("username", "display_name")[:40]
    return sorted(found, key=lambda pair: pair[1])


def areas_of(user: User) -> list[Area]:
    """The areas of the person's postings and those right below, for filters and rounds."""
    roots = Area.objects.filter(path__in=scope_of(user).area_paths)
    return list(Area.objects.filter(Q(pk__in=roots) | Q(parent__in=roots), closed_on=None).order_by("path"))


def inbox(user: User) -> "QuerySet[HandOver]":
    """Hand-overs that wait for an answer of the person's body."""
    scope = scope_of(user)
    rows: QuerySet[HandOver] = HandOver.objects.for_user(user).filter(
        state=HandOver.State.SENT, to_department__in=scope.departments
    )
    if scope.everything:
        return rows
    near = scope.under_areas("to_area__path") | Q(
        to_area__path__in=[p for root in scope.area_paths for p in paths.ancestors(root)]
    )
    return rows.filter(near).select_related("hazard", "to_area", "sent_by").order_by("reply_due_at", "id")


def open_of_dwelling(user: User, dwelling: Any) -> "QuerySet[Hazard]":
    return visible(user).filter(dwelling=dwelling, active=True)


def by_code(user: User, codes: Iterable[str]) -> list[Hazard]:
    return list(visible(user).filter(code__in=list(codes)[:500]).order_by("due_at", "id"))
