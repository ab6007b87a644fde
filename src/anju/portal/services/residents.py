"""Who a telephone belongs to: the people on record with it, and the one account they share.

A telephone never opens the account of somebody who works for a public body or has a posting in an area: those sign in
with password and second factor.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Department, Posting
from anju.audit.services import audited, record
from anju.core import crypto, time
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling, Occupant, Party

RELATIONS = (Department.LANDLORD, Department.TENANT, Department.OPERATOR)


def _homes(**relation: Any) -> QuerySet[Dwelling]:
    return Dwelling._base_manager.filter(hidden=False, **relation)


def people_of(phone: str) -> list[Party]:
    """The parties with this telephone who let or live somewhere now."""
    me = OuterRef("pk")
    lets = Exists(_homes(landlord=me)) | Exists(_homes(sublessor=me)) | Exists(_homes(operator=me))
    lives = Exists(Occupant._base_manager.filter(party=me, until=None))
    rows = Party._base_manager.filter(phone_index=crypto.index(phone, "phone")).filter(lets | lives)
    return list(rows.select_related("user").order_by("id")[:50])


def may_sign_in(parties: list[Party]) -> bool:
    """Somebody is known, and nobody of them works for a public body or is posted to an area or a place: for those a
    telephone is not enough. Asks the database as often for an unknown telephone as for a known one."""
    users = [party.user for party in parties if party.user]
    placed = Q(area__isnull=False) | Q(place__isnull=False) | ~Q(department__in=RELATIONS)
    posted = Posting.objects.filter(placed, user_id__in=[user.pk for user in users] or [0]).exists()
    staff = any(user.is_staff_member or user.is_superuser or not user.is_active for user in users)
    return bool(parties) and not posted and not staff


@audited
def account_of(*, parties: list[Party]) -> User:
    """The account of these people, made on the first sign-in, with the relations that hold now."""
    user = next((party.user for party in parties if party.user), None)
    if user is None:
        user = User(
            username=new_code("resident-", 10).lower(), display_name=parties[0].name[:60], is_staff_member=False
        )
        user.set_unusable_password()
        user.save()
    Party._base_manager.filter(pk__in=[party.pk for party in parties], user=None).update(user=user)
    given = _postings(user)
    record(
        by=system_actor(), verb="resident.sign_in", subject=user,
        after={"parties": [party.code for party in parties], "postings": given},
    )  # fmt: skip
    return user


def _postings(user: User) -> list[str]:
    """One posting for each way the person is tied to a home; those that ended are ended."""
    today, tied = time.today(), relations_of(user)
    have = {row.department: row for row in Posting.objects.filter(user=user, area=None, place=None, until=None)}
    for name in sorted(tied - have.keys()):
        Posting.objects.create(user=user, department=name, since=today)
    return sorted(tied)


def relations_of(user: User) -> set[str]:
    own = Q(landlord__user=user) | Q(sublessor__user=user)
    found = set()
    if _homes().filter(own).exists():
        found.add(Department.LANDLORD.value)
    if _homes(operator__user=user).exists():
        found.add(Department.OPERATOR.value)
    if Occupant._base_manager.filter(party__user=user, until=None).exists():
        found.add(Department.TENANT.value)
    return found
