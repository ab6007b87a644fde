"""Scenarios as files: the shipped ones can be played, and a mistake is told where it stands."""

import pytest

from anju.simulation import scenario
from anju.simulation.scenario import BadScenario

pytestmark = pytest.mark.nodatabase
HEAD = "title: {zh: 火, en: Fire}\nabout: {zh: 火, en: Fire}\n"
CAST = HEAD + "cast:\n  kitchen: {kind: smoke}\n"


def test_every_shipped_scenario_can_be_read_and_says_in_both_languages_what_it_is() -> None:
    assert {"ordinary-day", "kitchen-fire", "overload", "ebike-in-lift", "link-lost", "silent", "low-battery"} <= set(
        scenario.names()
    )
    for name in scenario.names():
        file, text = scenario.load(name)
        found = scenario.parse(text, file=file)
        assert found.title.zh, name
        assert found.about.en, name
        assert all(step.who in found.cast for step in found.steps), name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: [", "line 1: not YAML"),
        (HEAD, "line 1: nothing happens in it"),
        ("- one", "line 1: a scenario is a table"),
        ("about: {zh: a, en: b}\nsteps: []", "missing required field `title`"),
        (CAST + "  kitchen: {kind: gas}", "line 5: kitchen stands here twice"),
        (HEAD + "cast:\n  kitchen:\n    kind: smok\n" + "life: {gas: {every: 1m}}", "line 5, cast, kitchen, kind: there is no kind of device 'smok'"),
        (CAST + "steps:\n  - {at: 0, who: kitchn, event: fire}", "line 6, steps 1, who: there is no role in the cast 'kitchn'. Did you mean 'kitchen'?"),
        (CAST + "steps:\n  - {at: 0, who: kitchen, event: fir}", "line 6, steps 1, event: there is no event 'fir'. Did you mean 'fire'?"),
        (CAST + "steps:\n  - at: 0\n    who: kitchen\n    values: {smok: 1}", "line 8, steps 1, values, smok: there is no reading 'smok'. Did you mean 'smoke'?"),
        (CAST + "steps:\n  - at: 0\n    who: kitchen\n    evnt: fire", "line 8, steps 1, evnt: there is no such field. Did you mean 'event'?"),
        (CAST + "steps:\n  - at: soon\n    who: kitchen\n    event: fire", "line 6, steps 1, at: 'soon' is no time; write 90, 90s, 10m or 2h"),
        (CAST + "steps:\n  - {at: 0, who: kitchen}", "line 6, steps 1: a step does one thing"),
        (CAST + "steps:\n  - {at: 0, who: kitchen, moves: {smoke: [1, much]}}", "line 6, steps 1, moves"),
        (HEAD + "life:\n  smoke:\n    every: 1m\n    values:\n      smoke: {calm: 1, hours: {21-17: 2}}", "hours: '21-17' are no hours of a day"),
        (HEAD + "life:\n  smoke: {every: 1m, sleps: true}", "line 4, life, smoke, sleps: there is no such field. Did you mean 'sleeps'?"),
        (HEAD + "life:\n  toaster: {every: 1m}", "line 4, life, toaster: there is no kind of device 'toaster'."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_its_field_and_what_is_expected(text: str, told: str) -> None:
    with pytest.raises(BadScenario) as error:
        scenario.parse(text, file="mine.yaml")
    assert str(error.value).startswith("mine.yaml, line ")
    assert told in str(error.value)


def test_a_name_that_does_not_exist_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(BadScenario, match="Did you mean 'kitchen-fire'"):
        scenario.load("kitchen_fire")
