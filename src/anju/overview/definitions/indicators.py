"""The table of indicators: the four of 100 %, remediation, compliance, all hazards, overdue (A3.5, A2.4)."""

from django.utils.translation import gettext_lazy as _

from anju.overview.definitions import hazards, homes, papers
from anju.overview.definitions.parts import Indicator

NUMERATOR, DENOMINATOR, LEFT_OUT = _("Numerator"), _("Denominator"), _("Left out")

guarantee = Indicator(
    key="guarantee",
    name=_("Guarantees signed"),
    short=_("Guarantees signed"),
    rate=_("Signed rate"),
    unit="home",
    numerator=papers.signed,
    denominator=papers.due,
    gap=(papers.missing, papers.doubtful),
    beside=(homes.not_let, papers.new),
    words=(
        (NUMERATOR, _("Let homes whose present letting party has signed, in force and confirmed; where a home is sub-let, landlord and sub-lessor both")),
        (DENOMINATOR, _("Let homes")),
        (LEFT_OUT, _("Vacant, lived in by the owner, demolished, found not let; new lettings not yet due. Signatures in doubt are shown apart and do not count as signed")),
    ),
    clause="A3.1",
)  # fmt: skip
group = Indicator(
    key="group",
    name=_("Group rentals registered"),
    short=_("Group rentals registered"),
    rate=_("Registered rate"),
    unit="home",
    numerator=papers.registered,
    denominator=papers.group,
    gap=(papers.unregistered, papers.incomplete),
    beside=(papers.suspected,),
    words=(
        (NUMERATOR, _("Group rentals of which the home, its rooms and its people are registered")),
        (DENOMINATOR, _("Group rentals registered or found on the spot")),
        (LEFT_OUT, _("Suspected ones until they are checked; those nobody has found yet")),
    ),
    note=_("How many nobody has found yet is not estimated: no method has been agreed"),
    clause="A3.2",
)  # fmt: skip
security = Indicator(
    key="security",
    name=_("Security hazards put right"),
    short=_("Security hazards put right"),
    rate=_("Put-right rate"),
    unit="hazard",
    numerator=hazards.security["closed"],
    denominator=hazards.security["counted"],
    gap=(hazards.security["open"], hazards.security["reported"]),
    beside=(hazards.security["not_due"], hazards.security["void"]),
    among=(hazards.undecided,),
    words=(
        (NUMERATOR, _("Of the denominator, those re-inspected and closed")),
        (DENOMINATOR, _("Security hazards that are due by the first day set or closed: what the police decided, and until they have, what the rule marks")),
        (LEFT_OUT, _("Not yet due; false, duplicate, accepted by another body, no longer let. An extension or a mere report takes nothing out")),
    ),
    clause="A3.3",
)  # fmt: skip
handover = Indicator(
    key="handover",
    name=_("Hazards outside the jurisdiction handed over"),
    short=_("Hazards handed over"),
    rate=_("Handed-over rate"),
    unit="hazard",
    numerator=hazards.taken,
    denominator=hazards.outside,
    gap=(hazards.unsent, hazards.returned, hazards.waiting),
    beside=(hazards.fresh,),
    words=(
        (NUMERATOR, _("Accepted by the body in charge, or a body designated")),
        (DENOMINATOR, _("Hazards found outside one's jurisdiction for one working day or more")),
        (LEFT_OUT, _("Found less than one working day ago; false and duplicate ones. Returned ones stay in and count as not handed over")),
    ),
    clause="A3.4",
)  # fmt: skip
remediation = Indicator(
    key="remediation",
    name=_("Homes remediated"),
    short=_("Homes remediated"),
    rate=_("Remediated"),
    unit="home",
    numerator=homes.accepted,
    denominator=homes.listed,
    gap=(homes.still_red, homes.to_accept, homes.listed_unseen),
    beside=(homes.listed_not_let, homes.unlisted_unseen),
    words=(
        (NUMERATOR, _("Homes that passed acceptance")),
        (DENOMINATOR, _("Let homes that the programme lists for remediation")),
        (LEFT_OUT, _("Listed homes no longer let. A listed home of which something is unknown stays in and counts as not remediated; unlisted ones that nobody has checked are shown apart")),
    ),
    clause="A2.4",
)  # fmt: skip
compliance = Indicator(
    key="compliance",
    name=_("Homes compliant"),
    short=_("Homes compliant"),
    rate=_("Compliant rate"),
    unit="home",
    numerator=homes.compliant,
    denominator=homes.let,
    gap=(homes.non_compliant, homes.unknown, homes.unchecked),
    beside=(homes.not_let,),
    words=(
        (NUMERATOR, _("Homes the standard finds compliant")),
        (DENOMINATOR, _("Let homes")),
        (LEFT_OUT, _("What is not let is not judged. Homes not inspected or of which something is unknown stay in and never count as compliant")),
    ),
    clause="A2.4",
)  # fmt: skip
every_hazard = Indicator(
    key="hazards",
    name=_("All hazards put right"),
    short=_("All hazards put right"),
    rate=_("Put-right rate"),
    unit="hazard",
    numerator=hazards.every["closed"],
    denominator=hazards.every["counted"],
    gap=(hazards.every["open"], hazards.every["reported"]),
    beside=(hazards.every["not_due"], hazards.every["void"]),
    words=(
        (NUMERATOR, _("Of the denominator, those re-inspected and closed")),
        (DENOMINATOR, _("Hazards of every category that are due by the first day set or closed")),
        (LEFT_OUT, _("Not yet due; false, duplicate, accepted by another body, no longer let. An extension or a mere report takes nothing out")),
    ),
)  # fmt: skip
overdue = Indicator(
    key="overdue",
    name=_("Hazards overdue"),
    short=_("Hazards overdue"),
    rate=_("Overdue rate"),
    unit="hazard",
    numerator=hazards.overdue,
    denominator=hazards.in_hand,
    gap=(hazards.overdue,),
    beside=(hazards.every["closed"], hazards.every["void"]),
    words=(
        (NUMERATOR, _("Hazards under way whose day has passed")),
        (DENOMINATOR, _("Hazards under way")),
        (LEFT_OUT, _("Closed; false, duplicate, accepted by another body, no longer let")),
    ),
    low=True,
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (guarantee, group, security, handover, remediation, compliance, every_hazard, overdue)
}
FOUR = (guarantee, group, security, handover)  # the four 100 % (A3.5)
ON_PILLS = (*FOUR, remediation)  # remediation stands fifth, apart from the four
