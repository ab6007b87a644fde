"""Signing in and out, which happen below this app."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.audit.services import record


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(by=user, verb="session.sign_in", subject=user)


@receiver(user_logged_out)
def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(by=user, verb="session.sign_out", subject=user)


@receiver(user_login_failed)
def refused(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    system = system_actor()
    record(by=system, verb="session.refused", subject=system, name=str(credentials.get("username", ""))[:60])
