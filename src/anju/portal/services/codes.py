"""One-time codes: asked for, sent, checked. Hashed, short-lived, few attempts, and the same answer for every telephone."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from anju.core import crypto, time
from anju.core.errors import Refused
from anju.dwellings.services.people import phone_problem
from anju.portal.models import Challenge
from anju.portal.services import letters, limits, residents

DIGITS = 6
MOST_ATTEMPTS = 5
P = Challenge.Purpose


@dataclass(frozen=True)
class Asked:
    """token: for the session. shown: the code, in a demo only."""

    token: str
    shown: str


def _hash(token: str, digits: str) -> str:
    return crypto.index(f"{token}:{digits}", "one-time-code")


def _within_limits(phone: str, address: str) -> None:
    """The same three limits for every telephone, known or not."""
    fine = limits.spend("code-phone", phone, settings.ANJU_CODES_PER_PHONE)
    fine = limits.spend("code-address", address, settings.ANJU_CODES_PER_ADDRESS) and fine
    fine = limits.spend("code-city", limits.EVERYBODY, settings.ANJU_CODES_PER_CITY) and fine
    if not fine:
        raise Refused(
            _("Too many codes were asked for in this hour."),
            instead=_("Try again in an hour, or go to your community committee or the police post."),
        )


def ask(*, phone: str, address: str, purpose: str = P.SIGN_IN) -> Asked:
    """Write the request and the SMS. Whether the telephone is known changes neither the answer nor what is written."""
    phone = phone.replace(" ", "").replace("-", "")
    problem = phone_problem(phone)
    if problem:
        raise Refused(problem)
    _within_limits(phone, address)
    known = purpose == P.DECLARE or residents.may_sign_in(residents.people_of(phone))
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    token, now = secrets.token_urlsafe(32), time.now()
    expires = now + timedelta(minutes=settings.ANJU_CODE_MINUTES)
    row = Challenge(token=token, purpose=purpose, asked_at=now, expires_at=expires)
    row.phone = phone
    # of an unknown telephone: a hash of random bytes, which no six digits give
    row.code_hash = _hash(token, digits if known else secrets.token_hex(16))
    with transaction.atomic():
        row.save(force_insert=True)
        letters.write(key=f"code-{row.pk}", number=phone, text=_text(digits), useless_after=expires, known=known)
    return Asked(token, digits if settings.ANJU_DEMO and known else "")


def _text(digits: str) -> str:
    with translation.override("zh-hans"):
        return _("[Anju] Your code is %(digits)s, valid for %(n)s minutes. Nobody of the office will ever ask you for it.") % {"digits": digits, "n": settings.ANJU_CODE_MINUTES}  # fmt: skip


def check(*, token: str, digits: str) -> Challenge:
    """The challenge that these digits answer, used up by it. Refused in the same words whatever was wrong."""
    now = time.now()
    row = Challenge.objects.filter(token=token).first()
    if row is None or not _attempt(row, now):
        raise _wrong()
    if not hmac.compare_digest(row.code_hash, _hash(token, digits.strip())):
        raise _wrong()
    if Challenge.objects.filter(pk=row.pk, used_at=None).update(used_at=now) != 1:
        raise _wrong()
    return row


def _attempt(row: Challenge, now: datetime) -> bool:
    """Count the attempt first, so that many at once are still only so many."""
    open_ = Challenge.objects.filter(pk=row.pk, used_at=None, expires_at__gt=now, attempts__lt=MOST_ATTEMPTS)
    return open_.update(attempts=F("attempts") + 1) == 1


def _wrong() -> Refused:
    return Refused(
        _("The code is wrong, or has run out."),
        instead=_("Type it again, or ask for a new one. After %(n)s wrong ones you need a new code.")
        % {"n": MOST_ATTEMPTS},
    )


def sweep(moment: datetime) -> None:
    Challenge.objects.filter(expires_at__lt=moment - timedelta(hours=24)).delete()
