"""The tags of the design: a state is icon and word, a clock says what is left, a percentage never flatters."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from anju.core.paging import Page
from anju.core.templatetags import state_tags, word_filters
from anju.core.time import SHANGHAI

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def shown(source: str, *, query: str = "", **context: object) -> str:
    request = RequestFactory().get("/hazards/", QueryDict(query).dict())
    return Template(source).render(Context({"request": request, **context}))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("state", ["compliant", "non_compliant", "unknown", "unchecked", "overdue", "paperwork"])
def test_a_state_has_an_icon_and_a_word(state: str) -> None:
    html = shown("{% state_chip state %}", state=state)
    assert "<use href=" in html
    assert words(html) == str(state_tags.state_word(state))


def test_missing_papers_are_never_red() -> None:
    assert 'data-state="paper"' in shown('{% state_chip "paperwork" %}')


def test_text_in_a_chip_is_escaped() -> None:
    assert "<b>" not in shown("{% chip 'work' text %}", text="<b>x")


@pytest.mark.parametrize(
    ("due", "state", "text"),
    [
        (NOON + timedelta(days=6), "run", "6 days left"),
        (datetime(2026, 11, 26, 0, tzinfo=SHANGHAI), "run", "2 days left"),
        (NOON + timedelta(hours=6), "soon", "today 18:00"),
        (datetime(2026, 11, 24, 0, tzinfo=SHANGHAI), "soon", "today 24:00"),
        (NOON + timedelta(hours=20), "soon", "tomorrow 08:00"),
        (NOON, "over", "1 min late"),
        (NOON - timedelta(hours=19), "over", "19 hours late"),
        (NOON - timedelta(days=1, hours=12), "over", "1 d 12 h late"),
        (NOON - timedelta(days=2, hours=3), "over", "2 days late"),
    ],
)
def test_a_clock_says_what_is_left_or_how_late_it_is(due: datetime, state: str, text: str) -> None:
    assert state_tags.clock_text(due.astimezone(UTC), NOON) == (state, text)


def test_a_clock_in_working_days_says_so() -> None:
    assert state_tags.clock_text(NOON + timedelta(days=6), NOON, working_days=4) == ("run", "4 working days left")


def test_a_due_day_ends_at_its_midnight_in_shanghai() -> None:
    html = shown("{% clock due now %}", due=date(2026, 11, 23), now=NOON)
    assert "today 24:00" in html
    assert 'data-due="2026-11-23T16:00:00+00:00"' in html


def test_a_stopped_clock_gives_the_reason_and_does_not_count() -> None:
    html = shown("{% clock due now stopped=why %}", due=NOON, now=NOON, why="waits for approval")
    assert words(html) == "Stopped, waits for approval"
    assert "data-due" not in html


def test_clocks_are_chinese_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert state_tags.clock_text(NOON - timedelta(days=1, hours=12), NOON)[1] == "超 1 天 12 小时"
        assert state_tags.clock_text(NOON + timedelta(hours=6), NOON)[1] == "今天 18:00"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(8046, 8412, "95.6 %"), (9999, 10000, "99.9 %"), (5, 5, "100 %"), (0, 5, "0.0 %"), (0, 0, "none due")],
)
def test_a_percentage_is_cut_not_rounded_and_nothing_is_not_full(part: int, whole: int, text: str) -> None:
    assert words(str(word_filters.percent(part, whole))) == text


def test_a_bar_shows_the_four_apart_and_the_smallest_is_seen() -> None:
    html = shown("{% bar ok=99999 bad=1 unk=0 new=1 %}")
    assert re.findall(r'data-state="(\w+)"', html) == ["ok", "bad", "new"]
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', html)]
    assert min(widths) >= state_tags.LEAST
    assert "Not inspected 1" in html
    assert "style" not in html


def test_a_bar_refuses_a_part_it_does_not_know() -> None:
    with pytest.raises(TemplateSyntaxError, match="good"):
        shown("{% bar good=1 %}")


def test_a_figure_leads_to_its_list() -> None:
    assert shown("{% figure 1263 '/x/' %}") == '<a class="a-fig " href="/x/">1,263</a>'


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("phone", "13800004471", "138••••4471"),
        ("id", "341200200001012217", "3412••••••2217"),
        ("name", "王小强", "王*强"),
        ("name", "陈东", "陈*"),
        ("phone", "12345", "1•••"),
    ],
)
def test_masking_leaves_too_little_to_use(kind: str, value: str, text: str) -> None:
    assert words(str(word_filters.masked(value, kind))) == text


def test_days_are_written_for_sentences_and_for_tables() -> None:
    assert word_filters.day(date(2020, 11, 3)) == "3 Nov 2020"
    assert word_filters.ymd(datetime(2026, 11, 22, 17, tzinfo=UTC)) == "2026-11-23"
    with translation.override("zh-hans"):
        assert word_filters.day(date(2020, 11, 3)) == "2020年11月3日"


def test_a_filter_that_is_set_can_be_taken_away_and_keeps_the_others() -> None:
    choices = [("severe", "Severe"), ("minor", "Minor")]
    source = '{% filter_menu "severity" "Severity" choices %}'
    html = shown(source, query="severity=severe&state=open&after=abc", choices=choices)
    assert 'class="a-filter on" href="?state=open"' in html
    html = shown(source, query="state=open&after=abc", choices=choices)
    assert "?state=open&amp;severity=severe" in html


def test_sorting_twice_turns_round_and_starts_on_the_first_page() -> None:
    html = shown('{% sort_header "Due" "due_at" default="due_at" %}', query="after=abc")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-due_at"' in html


def test_pages_keep_the_filters() -> None:
    html = shown("{% pages page %}", query="state=open", page=Page([SimpleNamespace()], "tok", True))  # type: ignore[type-var]
    assert 'href="?state=open&amp;after=tok"' in html
    assert "First page" not in html
    assert shown("{% pages page %}", page=Page([SimpleNamespace()], "", True)).strip() == ""  # type: ignore[type-var]


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", help_text="Kept in the case")
    how = forms.ChoiceField(label="How", choices=[("a", "A")], widget=forms.RadioSelect)
    copy = forms.BooleanField(label="Copy", required=False)


def test_a_wrong_field_is_tied_to_its_hint_and_its_error() -> None:
    html = shown("{% fields form %}", form=ReasonForm({"how": "a"}))
    assert 'aria-describedby="id_reason_hint id_reason_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_reason_error"' in html
    assert "1 field to correct." in html
    assert "<legend>How</legend>" in html


def test_a_button_that_lacks_something_is_disabled_and_says_what() -> None:
    html = shown('{% submit "Send" missing="2 fields" consequence="Sent at once" %}')
    assert "disabled" in html
    assert "2 fields" in html
    assert "Sent at once" not in html


def test_nobody_in_charge_is_said() -> None:
    assert words(shown('{% person "" %}')) == "Nobody yet"


def test_an_unknown_fact_says_what_is_asked_for() -> None:
    html = shown('{% fact_row "Gas alarm" state="unknown" ask="A photo" %}')
    assert 'data-state="unk"' in html
    assert "A photo" in html
