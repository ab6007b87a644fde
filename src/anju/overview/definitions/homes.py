"""Parts about homes as the standard judged them: let or not, the four verdicts, group rentals, remediation (A2.4)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.dwellings.models import Dwelling
from anju.overview.definitions.parts import AsOf, Part

V = Dwelling.Verdict
LET = Q(letting_state=Dwelling.LettingState.LET)
JUDGED = (V.COMPLIANT, V.NON_COMPLIANT, V.UNKNOWN)
UNSEEN = LET & ~Q(verdict__in=[V.COMPLIANT, V.NON_COMPLIANT])


def _listed(as_of: AsOf) -> Q:
    return Q(must_remediate_since__lte=as_of.on)


def _accepted(as_of: AsOf) -> Q:
    return Q(accepted_on__lte=as_of.on)


def _not_accepted(as_of: AsOf) -> Q:
    return Q(accepted_on=None) | Q(accepted_on__gt=as_of.on)


let = Part("let", "home", _("Let homes"), lambda as_of: LET)
not_let = Part("not_let", "home", _("Vacant, lived in by the owner, suspended or cleared"), lambda as_of: ~LET)
compliant = Part("compliant", "home", _("Compliant"), lambda as_of: LET & Q(verdict=V.COMPLIANT), tone="ok")
non_compliant = Part(
    "non_compliant",
    "home",
    _("Not compliant"),
    lambda as_of: LET & Q(verdict=V.NON_COMPLIANT),
    todo=_("Have %(n)s homes corrected"),
    hint=_("worst first, by the day set"),
)
unknown = Part(
    "unknown",
    "home",
    _("To be checked"),
    lambda as_of: LET & Q(verdict=V.UNKNOWN),
    tone="unk",
    todo=_("Find out what is missing at %(n)s homes"),
    hint=_("only the open questions"),
)
unchecked = Part(
    "unchecked",
    "home",
    _("Not inspected"),
    lambda as_of: LET & ~Q(verdict__in=JUDGED),
    tone="new",
    todo=_("Inspect %(n)s homes nobody has been to"),
    hint=_("make a round"),
)

listed = Part("remediation_listed", "home", _("To be remediated"), lambda as_of: LET & _listed(as_of))
accepted = Part(
    "remediation_accepted",
    "home",
    _("Passed acceptance"),
    lambda as_of: LET & _listed(as_of) & _accepted(as_of),
    tone="ok",
)
still_red = Part(
    "remediation_red",
    "home",
    _("Still not compliant"),
    lambda as_of: LET & _listed(as_of) & _not_accepted(as_of) & Q(verdict=V.NON_COMPLIANT),
    todo=_("Have %(n)s listed homes corrected"),
    hint=_("their violations, worst first"),
)
to_accept = Part(
    "remediation_ready",
    "home",
    _("Compliant, not accepted yet"),
    lambda as_of: LET & _listed(as_of) & _not_accepted(as_of) & Q(verdict=V.COMPLIANT),
    tone="due",
    todo=_("Accept %(n)s homes that have become compliant"),
    hint=_("look at them once more"),
)
listed_unseen = Part(
    "remediation_unseen",
    "home",
    _("Unknown or not inspected"),
    lambda as_of: UNSEEN & _listed(as_of) & _not_accepted(as_of),
    tone="unk",
    todo=_("Check %(n)s listed homes of which something is unknown"),
    hint=_("they count as not remediated"),
)
listed_not_let = Part(
    "remediation_not_let", "home", _("Listed, but no longer let"), lambda as_of: ~LET & _listed(as_of)
)
unlisted_unseen = Part(
    "remediation_unlisted",
    "home",
    _("Not listed, unknown or not inspected"),
    lambda as_of: UNSEEN & (Q(must_remediate_since=None) | Q(must_remediate_since__gt=as_of.on)),
    tone="unk",
    todo=_("Check whether %(n)s more homes belong on the list"),
    hint=_("nobody knows yet"),
)

HOME_PARTS = (
    let, not_let, compliant, non_compliant, unknown, unchecked,
    listed, accepted, still_red, to_accept, listed_unseen, listed_not_let, unlisted_unseen,
)  # fmt: skip
