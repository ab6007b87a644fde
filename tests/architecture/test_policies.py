"""Every address has a policy; what is open to everybody is on a list that one reads before changing it."""

import pytest

from anju.areas.models import Department
from anju.areas.permissions import PARSED
from anju.core.checks import patterns, views_have_policies
from anju.core.policy import policy_of

pytestmark = pytest.mark.nodatabase

OPEN = {
    "healthz",
    "readyz",
    "language/",
    "accounts/login/",
    "accounts/logout/",
    "accounts/password/",
    "accounts/again/",
    "ui/components/",
    "push/v1/<str:device>",  # signed
    "push/isapi/<str:device>/<str:word>",  # proved by the address itself
    "q/<str:code>/",
    "q/<str:code>/here/",
    "field/",  # the shell of the phone app: it has no data of its own
    "field/sw.js",
    "field/manifest.webmanifest",
    "csp/",  # what the content policy stopped, told by browsers
    "p/",
    "p/home/<str:code>/",
    "p/home/<str:code>/convention/",
    "p/home/<str:code>/notices/",
    "p/home/<str:code>/report/",
    "p/home/<str:code>/tenant/",
    "p/home/<str:code>/move-in/",
    "p/home/<str:code>/message/",
    "p/message/<str:code>/",
    "p/join/<str:code>/",
    "p/declared/<str:code>/",
    "p/report/",
    "p/report/find/",
    "p/report/<str:code>/",
    "p/texts/<str:kind>/",
    "p/sign-in/",
    "p/sign-in/code/",
    "p/sign-out/",
}


def test_every_view_has_a_policy() -> None:
    assert views_have_policies(None) == []


def test_only_the_listed_addresses_are_open() -> None:
    found = {where for where, pattern in patterns() if (p := policy_of(pattern.callback)) and p.kind == "public"}
    assert found == OPEN


def test_every_verb_that_a_view_needs_stands_in_the_table_and_every_verb_is_given_to_somebody() -> None:
    needed = {p.verb for _where, pattern in patterns() if (p := policy_of(pattern.callback)) and p.kind == "needs"}
    assert needed - PARSED.keys() == set()
    assert [verb for verb, cell in PARSED.items() if not cell] == []


def test_the_auditor_may_look_but_change_nothing() -> None:
    given = {verb for verb, cell in PARSED.items() if Department.AUDIT in cell}
    assert {verb for verb in given if verb.split(".")[1] not in ("view", "export", "verify")} == set()


def test_no_body_but_those_with_legal_power_gets_past_the_form_of_a_legal_order() -> None:
    # office and community reach the form to read why they cannot; the service refuses them (A11.5)
    assert set(PARSED["enforcement.order"]) - {"office", "community"} == {
        "police",
        "housing",
        "fire",
        "urban",
        "planning",
        "market",
    }
