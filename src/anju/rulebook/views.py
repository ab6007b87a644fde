"""Pages of the rule book and of trials."""

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju import standard
from anju.accounts.http import Request
from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.audit.services import record
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.rulebook import selectors
from anju.rulebook.forms import TrialForm
from anju.rulebook.models import Trial
from anju.rulebook.trials import start_trial
from anju.rulebook.words import Words
from anju.standard.cases import outcome, rule_cases


def _lang() -> str:
    return get_language() or "zh"


def _areas(user: User) -> Any:
    """The areas of the person's postings and those right below: what a trial can be run over."""
    roots = scope_of(user).area_paths
    codes = [area.pk for area in Area.objects.filter(path__in=roots)]
    return Area.objects.filter(pk__in=codes) | Area.objects.filter(parent__in=codes)


@needs("rule.view")
@require_GET
def rules(request: Request) -> HttpResponse:
    """The rule book by category, with the homes that each rule concerns now."""
    on, lang = time.today(), _lang()
    picked = {key: request.GET.get(key, "") for key in ("severity", "entity", "force")}
    rows = selectors.rows(request.user, on, text=request.GET.get("q", "").strip(), **picked)
    edition = standard.current_edition(on)
    judge = standard.judge_for(edition, on)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row.rule.category].append(
            {
                "rule": row.rule,
                "title": row.rule.words.title.of(lang),
                "says": judge.words(row.rule.words.says, lang),
                "source": _("; ").join(source.text.of(lang) for source in row.rule.sources),
                "violated": row.violated,
                "unknown": row.unknown,
            }
        )
    context = {
        "groups": [(standard.CATEGORIES[key].of(lang), found) for key, found in groups.items()],
        "edition": edition.label.of(lang),
        "note": edition.note.of(lang) if edition.note else "",
        "number": len(rows),
        "severities": [(key, text.of(lang)) for key, text in standard.SEVERITIES.items()],
        "entities": [("room", _("Room")), ("dwelling", _("Dwelling")), ("unit", _("Shared part"))],
        "forces": [(key, text.of(lang)) for key, text in standard.FORCES.items()],
        "may_try": allowed(request.user, "rule.try"),
    }
    return render(request, "rulebook/rules.html", context)


def _case_rows(rule_id: str, edition: standard.Edition, lang: str) -> list[dict[str, Any]]:
    rows = []
    for case in rule_cases(edition.name).get(rule_id, ()):
        found = outcome(case, edition)
        status = found.status if found else "absent"
        rows.append(
            {
                "name": case.name.of(lang),
                "on": case.on,
                "expect": case.expect,
                "agrees": status == case.expect,
                "found": status,
            }
        )
    return rows


@needs("rule.view")
@require_GET
def rule(request: Request, rule_id: str) -> HttpResponse:
    """What a rule says, how binding it is, whom it binds first, its cases, and the homes that violate it now."""
    on, lang = time.today(), _lang()
    edition, found, versions = selectors.rule_or_404(rule_id, on)
    words, judge = Words(edition, lang), standard.judge_for(edition, on)
    place, total, before, after = selectors.neighbours(edition, found, on)
    violated = selectors.findings(request.user, found, "violation")
    context = {
        "rule": found,
        "edition": edition.label.of(lang),
        "title": found.words.title.of(lang),
        "says": judge.words(found.words.says, lang),
        "why": judge.words(found.words.why, lang),
        "todo": judge.words(found.words.todo, lang),
        "note": found.note.of(lang) if found.note else "",
        "bound": [standard.PARTIES[party].of(lang) for party in found.bound],
        "sources": [(source.text.of(lang), source.law.note.of(lang) if source.law.note else "") for source in found.sources],
        "supplies": [standard.SUPPLIES[supply.item].of(lang) for supply in found.remedy],
        "applies": words.condition(found.applies),
        "violated_when": words.condition(found.violated),
        "binding_when": words.condition(found.binding_when) if found.binding_when else "",
        "cases": _case_rows(found.id, edition, lang),
        "violated": capped_count(violated),
        "unknown": capped_count(selectors.findings(request.user, found, "unknown")),
        "homes": [(finding, selectors.reasons(finding, edition, found, lang)) for finding in violated.order_by("-id")[:5]],
        "history": [(line.day, line.text.of(lang), line.now) for line in selectors.history(edition, versions, on)],
        "place": place, "total": total, "previous": before, "following": after,
        "numbers": [(edition.parameters[name].label.of(lang), edition.parameters[name].on(on), edition.parameters[name].unit, name) for name in found.parameters],
        "areas": _areas(request.user) if allowed(request.user, "rule.try") else (),
    }  # fmt: skip
    return render(request, "rulebook/rule.html", context)


def _status(request: Request) -> str:
    return "unknown" if request.GET.get("status") == "unknown" else "violation"


@needs("rule.view")
@require_GET
def homes(request: Request, rule_id: str) -> HttpResponse:
    """All homes that a rule concerns now."""
    on, lang = time.today(), _lang()
    edition, found, _versions = selectors.rule_or_404(rule_id, on)
    rows = selectors.findings(request.user, found, _status(request))
    page = keyset_page(rows, sort="id", after=request.GET.get("after", ""))
    context = {
        "rule": found,
        "title": found.words.title.of(lang),
        "page": page,
        "rows": [(finding, selectors.reasons(finding, edition, found, lang)) for finding in page.rows],
        "tabs_rows": [
            ("violation", _("Violated"), capped_count(selectors.findings(request.user, found, "violation"))[0]),
            ("unknown", _("To be checked"), capped_count(selectors.findings(request.user, found, "unknown"))[0]),
        ],
        "may_export": allowed(request.user, "dwelling.export"),
    }
    return render(request, "rulebook/homes.html", context)


@needs("dwelling.export")
@require_GET
def homes_export(request: Request, rule_id: str) -> HttpResponse:
    on, lang = time.today(), _lang()
    edition, found, _versions = selectors.rule_or_404(rule_id, on)
    rows = selectors.findings(request.user, found, _status(request)).order_by("id")[:50_000]
    record(
        by=request.user,
        verb="dwelling.export",
        subject=request.user,
        after={"rule": found.id, "status": _status(request)},
    )
    sheet = (
        (f.dwelling.code, f.dwelling.address, f.dwelling.area.name, f.room, _("; ").join(f"{a}: {b}" for a, b in selectors.reasons(f, edition, found, lang)))
        for f in rows
    )  # fmt: skip
    header = [_("Code"), _("Address"), _("Grid"), _("Room"), _("Why")]
    return download(f"{found.id} {found.words.title.of(lang)} {on:%Y-%m-%d}", header, sheet)


@needs("rule.try")
@require_http_methods(["GET", "POST"])
def trial_new(request: Request) -> HttpResponse:
    """Change numbers or write a draft, and see what would change; nothing takes effect."""
    edition = standard.current_edition(time.today())
    names = tuple(name for name in edition.parameters if not request.POST or f"p_{name}" in request.POST)
    form = TrialForm(request.POST or None, areas=_areas(request.user), edition=edition, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            found = start_trial(by=request.user, area=form.cleaned_data["area"], draft=form.cleaned_data["draft"])
        except Refused as refusal:
            for line in refusal.message.splitlines():
                form.add_error("draft", line)
        else:
            return redirect("rulebook:trial", code=found.code)
    status = 422 if form.errors else 200
    return render(
        request, "rulebook/trial_new.html", {"form": form, "edition": edition.label.of(_lang())}, status=status
    )


@needs("rule.try")
@require_GET
def trial(request: Request, code: str) -> HttpResponse:
    """A trial: its progress, then what would change."""
    found = get_object_or_404(Trial.objects.for_user(request.user).select_related("area", "job"), code=code)
    if found.job is None:
        raise Http404
    result = found.result
    widest = max((after for _name, _before, after in result.get("areas", [])), default=1) or 1
    context = {
        "trial": found,
        "job": found.job,
        "result": result,
        "homes": selectors.changed_homes(request.user, result.get("changed", [])),
        "bars": [(name, before, after, max(after - before, 0), widest) for name, before, after in result.get("areas", [])],
        "states": [(key, result.get("before", {}).get(key, 0), result.get("after", {}).get(key, 0)) for key in ("compliant", "non_compliant", "unknown", "unchecked")],
        "newly_red": result.get("after", {}).get("non_compliant", 0) - result.get("before", {}).get("non_compliant", 0),
    }  # fmt: skip
    template = "rulebook/_trial.html" if request.htmx else "rulebook/trial.html"
    return render(request, template, context)
