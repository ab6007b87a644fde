"""The named actor that stands in the audit log where no person acted, and one person's clicks in a row."""

from typing import Any

from anju.accounts.models import User


def system_actor() -> User:
    user, _created = User.objects.get_or_create(
        username="system",
        defaults={"display_name": "Anju", "is_system": True, "is_staff_member": False, "is_active": False},
    )
    return user


def one_at_a_time(by: Any) -> None:
    """Let a person's steps follow one another until the transaction ends: the second of two clicks then finds what the
    first one wrote. What refers to the person (history, log) is not held up."""
    User.objects.select_for_update(of=("self",), no_key=True).filter(pk=by.pk).first()
