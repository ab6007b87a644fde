"""The demo accounts that see only what is their own: a landlord with homes, a tenant in one of them, an operator."""

from collections.abc import Sequence
from typing import Any

from anju.accounts.models import User
from anju.demo.settled import Settled
from anju.dwellings.models import Party

ESTATE = "兰泾花苑"


def make(settled: Sequence[Settled]) -> None:
    """The landlord and the operator each have a home with something wrong, so that their pages have something to do."""
    here = [one for one in settled if one.dwelling.address.startswith(ESTATE) and one.home.letting_state == "let"]
    wrong = [one for one in here if one.home.fate == "wrong" and one.occupants and not one.dwelling.operator_id]
    homes = {
        one.dwelling.landlord_id: sum(o.dwelling.landlord_id == one.dwelling.landlord_id for o in here) for one in here
    }
    chosen = max(wrong or here, key=lambda one: (one.dwelling.sublessor_id is None, homes[one.dwelling.landlord_id]))
    assert chosen.dwelling.landlord is not None
    _is(chosen.dwelling.landlord, "landlord")
    if chosen.occupants:
        _is(chosen.occupants[0].party, "tenant")
    operated = sorted((one for one in here if one.dwelling.operator), key=lambda one: one.home.fate != "wrong")
    if operated:
        assert operated[0].dwelling.operator is not None
        _is(operated[0].dwelling.operator, "operator", name="新居房屋租赁有限公司")


def _is(party: Party, username: str, **values: Any) -> None:
    user = User.objects.get(username=username)
    party.user, party.name = user, values.get("name", user.display_name)
    party.save(update_fields=["user", "name"])
