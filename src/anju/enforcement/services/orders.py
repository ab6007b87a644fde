"""The legal order 《责令限期改正通知书》: issued only when every condition of `lawful` is met; its service starts the day."""

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.documents import services as documents
from anju.documents.models import Document, Service
from anju.enforcement import lawful
from anju.enforcement.models import LegalOrder, Power
from anju.inspections import wording
from anju.inspections.models import Hazard
from anju.inspections.services import tiers
from anju.inspections.services.moving import act, fresh

MOST_DAYS = 90


def _paper(rows: Sequence[Hazard], power: Power, days: int, officers: Sequence[tuple[Any, str]]) -> dict[str, Any]:
    """What the paper says (documents.layout); Chinese whatever language its writer reads."""
    first = rows[0]
    with translation.override("zh-hans"):
        term = "立即" if days == 0 else f"送达后{days}日内"
        return {
            "place": first.dwelling.address if first.dwelling else first.where,
            "party": wording.party(first),
            "found_on": min(time.day_of(row.found_at) for row in rows).isoformat(),
            "hazards": [
                {
                    "code": row.code,
                    "title": row.title,
                    "where": row.room,
                    "severity": str(row.get_severity_display()),
                    "todo": wording.todo(row),
                    "source": wording.sources(row),
                    "force": "binding",
                    "due_on": term,
                }
                for row in rows
            ],
            "days": days,
            "law": power.law,
            "article": power.article,
            "delegation": power.delegation,
            "officers": [{"name": str(who), "certificate": certificate} for who, certificate in officers],
            "review_by": power.review_by,
            "court": power.court,
        }


@audited
def issue_order(
    *,
    by: Any,
    hazards: Sequence[Hazard],
    power: Power | None,
    second_officer: Any,
    days: int,
    certificate: str = "",
    second_certificate: str = "",
) -> LegalOrder:
    """Number, write and keep an order; Refused with the first condition that is not met. Nothing runs before service.

    days: calendar days from the service to the day set, 0 = at once. certificates: 执法证号 of the two officers.
    """
    require(by, "enforcement.order")
    if not hazards:
        raise Refused(_("Choose at least one hazard for the order."))
    rows = [fresh(hazard, None, by) for hazard in hazards]
    for check in lawful.checks(by=by, hazards=rows, power=power, second=second_officer, on=time.today()):
        if not check.ok:
            raise Refused(check.text, law=check.law, instead=check.instead)
    assert power is not None
    if not 0 <= days <= MOST_DAYS:
        raise Refused(_("%(n)s days are not possible: from 0 (at once) to %(most)s.") % {"n": days, "most": MOST_DAYS})
    first = rows[0]
    officers = ((by, certificate.strip()), (second_officer, second_certificate.strip()))
    document = documents.issue(
        by=by, kind=Document.Kind.ORDER, body=documents.own_body(by, first.area), addressee=first.answerable_name,
        title=_("Legal order to correct"), data=_paper(rows, power, days, officers), area_path=first.area_path,
    )  # fmt: skip
    order: LegalOrder = LegalOrder.objects.create(
        document=document, power=power, officer=by, second_officer=second_officer, days=days
    )
    order.hazards.add(*rows)
    for row in rows:
        act(row, by=by, verb="enforcement.order", name="order",
            text=_("Legal order %(number)s to %(who)s") % {"number": document, "who": document.addressee})  # fmt: skip
    after = {
        "hazards": [row.code for row in rows],
        "power": str(power),
        "second_officer": str(second_officer),
        "days": days,
    }
    record(by=by, verb="enforcement.order", subject=document, after=after)
    return order


def served(document: Document, service: Service) -> None:
    """The order reached its party: the day is counted from the first service, also when it is served again."""
    order = LegalOrder._base_manager.select_for_update(of=("self",)).filter(document=document).first()
    if order is None or order.served_at is not None:
        return
    order.served_at = service.served_at
    order.due_at = time.due_at(time.day_of(service.served_at), order.days, working=False)
    order.save(update_fields=["served_at", "due_at"])
    tiers.order_served(_hazards(order), order.due_at, by=service.served_by, at=service.served_at)


def voided(document: Document, by: Any) -> None:
    """A served order that is declared void binds nobody any more: the term of the rule runs anew."""
    order = LegalOrder._base_manager.filter(document=document).first()
    if order is not None and order.served_at is not None:
        still = [row for row in _hazards(order) if not _other(row, order)]
        tiers.order_withdrawn(still, by=by, reason=_("%(number)s was declared void") % {"number": document})


def _other(hazard: Hazard, order: LegalOrder) -> bool:
    rows = LegalOrder._base_manager.filter(hazards=hazard, document__voided_at=None).exclude(served_at=None)
    return rows.exclude(pk=order.pk).exists()


def _hazards(order: LegalOrder) -> list[Hazard]:
    return list(order.hazards.unscoped(reason="the hazards that the order names").order_by("id"))
