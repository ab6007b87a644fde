"""Recording under which article a body may order correction, from when to when. Without a record there is no order."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju import standard
from anju.areas.permissions import LAW, require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import IssuingBody
from anju.enforcement.models import Power
from anju.inspections.models import Hazard

LAW_BODIES = frozenset(LAW.split())


def _own(by: Any, body: IssuingBody) -> None:
    require(by, "enforcement.power")
    if not scope_of(by).has_area(body.area.path):
        raise NotAllowed(_("%(body)s is not a body of your area.") % {"body": body})


def _check(body: IssuingBody, law: str, article: str, reach: Sequence[str], parties: Sequence[str]) -> None:
    if body.department not in LAW_BODIES:
        raise Refused(
            _("No law gives %(body)s (%(kind)s) the power to order correction.")
            % {"body": body, "kind": body.get_department_display()},
            law="《行政处罚法》第十七条",
            instead=_("It sends notices, and tells the department in charge."),
        )
    if not law or not article:
        raise Refused(_("Name the law and the article: an order that names neither cannot stand."))
    if not reach:
        raise Refused(_("Tick the kinds of hazard, or name the rules, that %(article)s covers.") % {"article": article})
    if not parties:
        raise Refused(_("Tick the parties whom %(article)s binds.") % {"article": article})


def _check_rules(rules: Sequence[str], on: date) -> None:
    known = {rule.id: rule for rule in standard.current_edition(on).rules_on(on)}
    for name in rules:
        if name not in known:
            raise Refused(_("The rule book of %(day)s has no rule “%(rule)s”.") % {"day": on, "rule": name})
        if known[name].force == "guidance" and known[name].binding_when is None:
            raise Refused(
                _("%(rule)s rests on guidance, so no power can cover it.") % {"rule": name},
                law="《行政处罚法》第三十八条",
                instead=_("Leave it out: a notice asks for its correction."),
            )


@audited
def record_power(
    *,
    by: Any,
    body: IssuingBody,
    law: str,
    article: str,
    since: date,
    until: date | None = None,
    delegation: str = "",
    rules: Sequence[str] = (),
    categories: Sequence[str] = (),
    parties: Sequence[str] = (),
    binds_persons: bool = True,
    binds_companies: bool = True,
    review_by: str = "",
    court: str = "",
) -> Power:
    """The head of an office records what the law or a delegation gives a body of the area."""
    _own(by, body)
    wanted = sorted({rule.strip().upper() for rule in rules if rule.strip()})
    _check(body, law.strip(), article.strip(), [*wanted, *categories], parties)
    _check_rules(wanted, time.today())
    if not (binds_persons or binds_companies):
        raise Refused(_("Say whether the article binds natural persons, units, or both."))
    if until is not None and until < since:
        raise Refused(
            _("The last day %(until)s lies before the first day %(since)s.") % {"until": until, "since": since}
        )
    unknown = sorted(set(categories) - set(Hazard.Category.values)) + sorted(set(parties) - set(Hazard.Bound.values))
    if unknown:
        raise Refused(_("“%(name)s” is neither a kind of hazard nor a party.") % {"name": unknown[0]})
    power = Power.objects.create(
        body=body, law=law.strip()[:80], article=article.strip()[:60], delegation=delegation.strip()[:120],
        rules=wanted, categories=list(categories),
        parties=list(parties), binds_persons=binds_persons, binds_companies=binds_companies, since=since, until=until,
        review_by=review_by.strip()[:80], court=court.strip()[:80], recorded_by=by, recorded_at=time.now(),
    )  # fmt: skip
    after = {"body": body.name, "law": power.law, "article": power.article, "since": since, "until": until}
    record(by=by, verb="enforcement.power", subject=power, after=after)
    return power


@audited
def end_power(*, by: Any, power: Power, until: date, reason: str) -> Power:
    """The last day on which it may be used. Orders issued before stay valid."""
    _own(by, power.body)
    row = Power.objects.select_for_update(of=("self",)).get(pk=power.pk)
    why = reason.strip()
    if not why:
        raise Refused(_("Say why the power ends, for example the document that takes it back."))
    if until < row.since:
        raise Refused(
            _("The last day %(until)s lies before the first day %(since)s.") % {"until": until, "since": row.since}
        )
    before, row.until = row.until, until
    row.save(update_fields=["until"])
    record(by=by, verb="enforcement.power", subject=row, before={"until": before}, after={"until": until}, reason=why)
    return row
