"""Random facts, cases and rules for the property tests."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from anju.standard.edition import Edition
from anju.standard.facts import ENTITIES, SMALLEST_FLOAT, EntityName, Fact
from anju.standard.testing import make_case, make_room

NEAR_FLOATS = [0.0, -0.0, SMALLEST_FLOAT, 3.9999999999999996, 4.0, 8, 11.999999999999998, 12, 27, 27.000000000000004]


def values(fact: Fact) -> st.SearchStrategy[Any]:
    """Return values that a fact can have, unknown among them, with a liking for limits and extremes."""
    if fact.type == "bool":
        return st.sampled_from([None, False, True])
    if fact.type == "enum":
        return st.sampled_from([None, *fact.values])
    if fact.type == "int":
        return st.one_of(st.sampled_from([None, *_near(fact)]), st.integers(int(fact.minimum), int(fact.maximum)))
    free = st.floats(fact.minimum, fact.maximum).filter(lambda value: value == 0 or abs(value) >= SMALLEST_FLOAT)
    return st.one_of(st.sampled_from([None, *NEAR_FLOATS, fact.maximum]), free)


def _near(fact: Fact) -> list[int]:
    """Return whole numbers at the limits of rules and at the upper end of the fact."""
    near = [value for value in (0, 1, 2, 3, 4, 5, 9, 10, 30, 31) if fact.minimum <= value <= fact.maximum]
    return [*near, int(fact.maximum)]


SEEDS = st.integers(0, 2**32)


def rows(edition: Edition, seed: int, count: int) -> list[dict[str, dict[str, Any]]]:
    """Return rows of one room with its let dwelling and its unit, made from a drawn seed: one draw instead of 72 a row."""
    chance = Random(seed)
    return [_row(edition, chance) for _ in range(count)]


def _row(edition: Edition, chance: Random) -> dict[str, dict[str, Any]]:
    row = {entity: {name: _value(fact, chance) for name, fact in edition.facts[entity].items()} for entity in ENTITIES}
    row["dwelling"]["letting_state"] = "let"
    return {str(entity): known for entity, known in row.items()}


def _value(fact: Fact, chance: Random) -> Any:
    if chance.random() < 0.15:
        return None
    if fact.type == "bool":
        return chance.random() < 0.5
    if fact.type == "enum":
        return chance.choice(list(fact.values))
    if fact.type == "int":
        return chance.choice([*_near(fact), chance.randint(int(fact.minimum), int(fact.maximum))])
    return chance.choice([*NEAR_FLOATS, fact.maximum, chance.uniform(0, 40)])


@st.composite
def cases(draw: st.DrawFn, edition: Edition) -> dict[str, Any]:
    """Return whole dwellings near one that is compliant, so that every verdict occurs."""
    case = make_case(rooms=draw(st.integers(0, 3)))
    case["rooms"] = [make_room(room["name"], **draw(_some(edition, "room"))) for room in case["rooms"]]
    case["unit"] = {**case["unit"], **draw(_some(edition, "unit"))}
    case |= draw(_some(edition, "dwelling"))
    if draw(st.booleans()):
        case["letting_state"] = "let"
    if draw(st.booleans()):
        case["rooms_let"] = len(case["rooms"])
    if draw(st.integers(0, 5)) == 0:
        kept = ("kind", "letting_state", "building_height", "guarantee_signed", "extinguishers_expired")
        return {"rooms": [], **{name: case[name] for name in kept}}
    return case


@st.composite
def _some(draw: st.DrawFn, edition: Edition, entity: EntityName) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(list(edition.facts[entity])), max_size=4, unique=True))
    return {name: draw(values(edition.facts[entity][name])) for name in names}


def conditions(edition: Edition) -> st.SearchStrategy[str]:
    """Return random expressions of a room rule, as text."""
    places: tuple[tuple[str, EntityName], ...] = (("", "room"), ("dwelling.", "dwelling"), ("unit.", "unit"))
    named = [(prefix + name, fact) for prefix, entity in places for name, fact in edition.facts[entity].items()]
    flags = [name for name, fact in named if fact.type == "bool"]
    enums = [(name, fact) for name, fact in named if fact.type == "enum"]
    numbers = [name for name, fact in named if fact.is_number and fact.maximum <= 10000]
    divisors = [name for name, fact in named if fact.type == "int" and fact.maximum <= 10000]
    parameters = list(edition.parameters)

    @st.composite
    def membership(draw: st.DrawFn) -> str:
        name, fact = draw(st.sampled_from(enums))
        chosen = draw(st.lists(st.sampled_from(list(fact.values)), min_size=1, max_size=3))
        if len(chosen) == 1:
            return f"{name} {draw(st.sampled_from(['=', '<>']))} '{chosen[0]}'"
        listed = ", ".join(f"'{value}'" for value in chosen)
        return f"{name} {draw(st.sampled_from(['IN', 'NOT IN']))} ({listed})"

    simple = st.sampled_from([*numbers, *parameters, "0"])
    quotient = st.tuples(simple, st.sampled_from([*divisors, *parameters])).map(lambda two: f"({two[0]} / {two[1]})")
    number = st.one_of(
        simple,
        quotient,
        st.tuples(st.one_of(simple, quotient), st.sampled_from("+-*"), simple).map(
            lambda three: f"({' '.join(three)})"
        ),
    )
    comparison = st.tuples(number, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), number).map(" ".join)
    atoms = st.one_of(st.sampled_from(flags), membership(), comparison)
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(lambda text: f"NOT ({text})"),
            st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda three: f"({' '.join(three)})"),
        ),
        max_leaves=5,
    )
