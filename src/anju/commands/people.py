"""`anju createuser NAME …`: an account with its posting; the password is asked for, or comes by standard input."""

import argparse
import getpass
import sys
from difflib import get_close_matches

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Department, Posting
from anju.audit.services import record
from anju.commands.failures import Failure
from anju.core import time


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="anju createuser", description="An account and its posting; again: a new password."
    )
    parser.add_argument("username")
    parser.add_argument("--name", default="", help="the person's name (needed for a new account)")
    parser.add_argument("--title", default="", help="office or post")
    parser.add_argument("--department", default="", help=", ".join(Department.values))
    parser.add_argument("--area", default="", help="name or code of the area; without it, the city")
    parser.add_argument("--leader", action="store_true", help="head of the body")
    chosen = parser.parse_args(arguments)
    user = User.objects.filter(username=chosen.username).first()
    if user is None and not chosen.name:
        raise Failure(
            f"there is no account {chosen.username!r} yet. Give the person's name: --name 张三 --department office"
        )
    _check(chosen)
    area = _area(chosen.area) if chosen.department else None
    password = _password(user or User(username=chosen.username, display_name=chosen.name))
    with transaction.atomic():
        _save(user, chosen, area, password)
    sys.stdout.write(f"{chosen.username}: {'password changed' if user else 'account made'}.\n")
    return 0


def _check(chosen: argparse.Namespace) -> None:
    if chosen.department and chosen.department not in Department.values:
        near = get_close_matches(chosen.department, Department.values, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise Failure(f"there is no department {chosen.department!r}.{hint} There are {', '.join(Department.values)}.")


def _area(text: str) -> Area:
    """By code or name; a city that has no areas yet gets its root."""
    if not Area.objects.exists():
        return Area.objects.create(kind=Area.Kind.CITY, name=text or "昆山市", path="00001")
    if not text:
        return Area.objects.get(kind=Area.Kind.CITY)
    found = list(Area.objects.filter(code=text) or Area.objects.filter(name=text))
    if len(found) != 1:
        near = get_close_matches(text, Area.objects.values_list("name", flat=True), n=3)
        told = (
            "is the name of several; use its code" if found else f"was not found. Near: {', '.join(near) or 'nothing'}"
        )
        raise Failure(f"the area {text!r} {told}.")
    return found[0]


def _password(user: User) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise Failure("the two passwords differ. Nothing was written.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Failure(f"this password cannot be used: {' '.join(error.messages)}") from error
    return password


def _save(user: User | None, chosen: argparse.Namespace, area: Area | None, password: str) -> None:
    new = user is None
    user = user or User(username=chosen.username, display_name=chosen.name, title=chosen.title)
    user.set_password(password)
    user.save()
    if area is not None:
        Posting.objects.create(
            user=user, department=chosen.department, area=area, is_leader=chosen.leader, since=time.today()
        )
    after = {"department": chosen.department, "area": area.name if area else ""} if area else {}
    record(by=system_actor(), verb="account.create" if new else "account.password", subject=user, after=after)
