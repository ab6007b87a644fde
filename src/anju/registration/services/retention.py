"""What is deleted on schedule (X3): declarations after the decision, consents after their end, people a year after they left.

In short steps; each person is one transaction. What was registered stays as a number, without who it was.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from anju.accounts.services import system_actor
from anju.audit.models import PersonKey
from anju.audit.services import record
from anju.core import time
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.jobs.services import every
from anju.registration.models import Consent, Declaration, Guarantee, Lease
from anju.registration.services import consents

AT_ONCE = 200
FORGOTTEN = gettext_noop("(deleted)")


def stale_declarations(moment: datetime) -> QuerySet[Declaration]:
    kept = timedelta(days=settings.ANJU_KEEP_DECLARATIONS_DAYS)
    returned = timedelta(days=settings.ANJU_KEEP_RETURNED_DAYS)
    S = Declaration.State
    old = Q(state=S.ACCEPTED, decided_at__lt=moment - kept) | Q(state=S.RETURNED, decided_at__lt=moment - returned)
    old |= Q(state=S.WITHDRAWN, declared_at__lt=moment - returned)
    return Declaration._base_manager.filter(old).exclude(said_sealed="")


def forget_declarations(moment: datetime) -> int:
    done = 0
    for row in stale_declarations(moment).select_related("dwelling").order_by("id")[:AT_ONCE]:
        with transaction.atomic():
            Declaration._base_manager.filter(pk=row.pk).update(said_sealed="")
            record(by=system_actor(), verb="declaration.forget", subject=row.dwelling, after={"declaration": row.code})
        done += 1
    return done


def departed(moment: datetime) -> QuerySet[Party]:
    """People who only ever lived somewhere, and left everywhere more than the time ago."""
    limit = time.day_of(moment) - timedelta(days=settings.ANJU_KEEP_DEPARTED_DAYS)
    me = OuterRef("pk")
    homes = Dwelling._base_manager
    rows = Party._base_manager.filter(kind=Party.Kind.PERSON).exclude(id_sealed="", phone_sealed="", name=FORGOTTEN)
    return rows.filter(
        Exists(Occupant._base_manager.filter(party=me, until__lt=limit)),
        ~Exists(Occupant._base_manager.filter(party=me).filter(Q(until=None) | Q(until__gte=limit))),
        ~Exists(homes.filter(landlord=me)), ~Exists(homes.filter(sublessor=me)), ~Exists(homes.filter(operator=me)),
        ~Exists(Lease._base_manager.filter(Q(lessee=me) | Q(lessor=me)).filter(ends__gte=limit, ended_on=None)),
        ~Exists(Guarantee._base_manager.filter(party=me)),
    )  # fmt: skip


def forget_departed(moment: datetime) -> int:
    found = list(departed(moment).order_by("id")[:AT_ONCE])
    for party in found:
        with transaction.atomic():
            _forget(party)
    return len(found)


def _forget(party: Party) -> None:
    homes = list(Dwelling._base_manager.filter(occupants__party=party).distinct())
    record(by=system_actor(), verb="person.erase", subject=party, name=party.code, after={"kept_days": settings.ANJU_KEEP_DEPARTED_DAYS})  # fmt: skip
    party.name, party.user = FORGOTTEN, None
    for name in ("id_sealed", "id_index", "id_tail_index", "phone_sealed", "phone_index", "phone_tail_index"):
        setattr(party, name, "")
    party.save()
    Consent._base_manager.filter(party=party).delete()
    PersonKey.objects.filter(subject=party.code).delete()
    _found_no_more(homes)


def _found_no_more(homes: Iterable[Dwelling]) -> None:
    for home in homes:
        search.index(home)


def forget_consents(moment: datetime) -> int:
    """Those of people who left end; those that ended long ago are deleted. The log keeps that they were."""
    for row in consents.left_behind().order_by("id")[:AT_ONCE]:
        consents.end_left_behind(consent=row)
    ids = list(consents.past(moment).order_by("id").values_list("pk", flat=True)[:AT_ONCE])
    Consent._base_manager.filter(pk__in=ids).delete()
    return len(ids)


@every("registration.retention", timedelta(hours=6))
def forget(moment: datetime) -> None:
    forget_declarations(moment)
    forget_consents(moment)
    forget_departed(moment)
