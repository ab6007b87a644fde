"""The frame of all pages: usable without a menu, safe under the content policy, in both languages."""

from typing import Any

import pytest
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from anju.core.errors import Refused
from anju.core.views_components import components

MENU = [
    {
        "label": "Homes",
        "items": [
            {
                "label": "Dwellings",
                "url": "/dwellings/",
                "icon": "building",
                "count": 1263,
                "urgent": False,
                "active": True,
            },
            {
                "label": "Hazards",
                "url": "/hazards/",
                "icon": "alert-triangle",
                "count": 38,
                "urgent": True,
                "active": False,
            },
        ],
    }
]


def page(template: str, *, language: str = "en", **context: Any) -> str:
    request = RequestFactory().get("/hazards/?state=open")
    request.user = AnonymousUser()
    with translation.override(language):
        return render_to_string(template, context, request)


@pytest.mark.parametrize(
    "template", ["base.html", "page.html", "404.html", "403.html", "500.html", "account/login.html"]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_renders_with_nothing_given(template: str, language: str) -> None:
    html = page(template, language=language, form=AuthenticationForm())
    assert "<title>" in html
    assert ("en" if language == "en" else "zh-CN") in html.split(">")[1]


def test_the_menu_shows_counts_and_where_one_is() -> None:
    html = page("page.html", menu=MENU)
    assert 'href="/dwellings/" aria-current="page"' in html
    assert ">1,263<" in html
    assert '<span class="n hot">38</span>' in html
    assert 'class="a-bottom"' in html


def test_the_first_stop_of_the_tab_key_leads_to_the_content() -> None:
    html = page("page.html", menu=MENU)
    assert html.index('class="a-skip" href="#main"') < html.index('<a class="a-brand"')
    assert 'id="main"' in html


def test_a_broken_page_needs_nothing_of_the_application() -> None:
    assert "a-nav" not in page("500.html")


def test_a_refusal_says_what_the_law_is_and_what_can_be_done() -> None:
    refusal = Refused("People live here", law="Article 43", instead="Agree a move-out")
    for template in ("refused.html", "components/_refused.html"):
        html = page(template, refusal=refusal)
        assert "People live here" in html
        assert "Article 43" in html
        assert "Agree a move-out" in html


def test_messages_do_not_carry_markup() -> None:
    html = page("base.html", messages=["<b>x"])
    assert "<b>x" not in html


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_style_page_shows_every_component(language: str, settings: Any) -> None:
    settings.ANJU_DEMO = True
    request = RequestFactory().get("/ui/components/")
    request.user = AnonymousUser()
    with translation.override(language):
        html = components(request).content.decode()
    for css in (
        "a-chip",
        "a-sev",
        "a-tier",
        "a-clock",
        "a-bar",
        "a-fact",
        "a-time",
        "a-verdict",
        "a-blank",
        "a-skel",
        "a-kcard",
    ):
        assert css in html
    assert " style=" not in html


@pytest.mark.parametrize(("demo", "debug", "status"), [(True, False, 200), (False, True, 200), (False, False, 404)])
def test_the_style_page_is_there_in_a_demo_and_while_developing_only(
    demo: bool, debug: bool, status: int, settings: Any, client: Client
) -> None:
    settings.ANJU_DEMO, settings.DEBUG = demo, debug
    assert client.get("/ui/components/").status_code == status
