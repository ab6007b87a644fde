"""The facts that a rule may read: what they are called, which values they take, who can establish them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

EntityName = Literal["dwelling", "room", "unit"]
FactType = Literal["bool", "int", "float", "enum"]
Source = Literal["field", "department", "register", "owner"]

ENTITIES: tuple[EntityName, ...] = ("room", "dwelling", "unit")

# A float so close to zero is a slip of the pen, and databases disagree about numbers that underflow.
SMALLEST_FLOAT = 1e-6

Value = bool | int | float | str
Facts = Mapping[str, Value | None]


def plain(number: float) -> str:
    """Write a number without exponent and without a needless .0.

    >>> plain(4.0), plain(0.00001), plain(1234567)
    ('4', '0.00001', '1234567')
    """
    return str(int(number)) if number == int(number) else format(Decimal(repr(number)), "f")


class Text(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return Chinese for zh, zh-hans, zh_Hans …, English for anything else."""
        return self.zh if lang.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One thing that can be known about a dwelling, a room or a unit.

    ``minimum`` and ``maximum`` bound numbers (both inclusive). ``by`` says who can establish it; a department's fact
    names the ``departments``. A passing fact is unknown again after ``fresh_days``; a lasting one has none.
    """

    name: str
    entity: EntityName
    type: FactType
    label: Text
    by: Source
    theme: str
    values: Mapping[str, Text] = field(default_factory=dict)
    unit: str = ""
    minimum: float = 0
    maximum: float = 0
    departments: tuple[str, ...] = ()
    question: Text | None = None
    photo: bool = False
    fresh_days: int | None = None

    @property
    def is_number(self) -> bool:
        return self.type in ("int", "float")

    def label_of(self, value: Value | None, lang: str) -> str:
        """Put a value into words: 在租, 12.5 m², 是; 未知 when it is None."""
        if value is None:
            return Text("未知", "unknown").of(lang)
        if self.type == "enum":
            return self.values[str(value)].of(lang)
        if self.type == "bool":
            return (Text("是", "yes") if value else Text("否", "no")).of(lang)
        return f"{plain(float(value))} {self.unit}".strip()

    def accepted(self, lang: str) -> str:
        """Say in words which values are accepted."""
        if self.type == "bool":
            return "true / false"
        if self.type == "enum":
            return ", ".join(self.values)
        low, high = plain(self.minimum), plain(self.maximum)
        whole = self.type == "int"
        kind = Text("整数" if whole else "数", "a whole number" if whole else "a number").of(lang)
        return Text(f"{kind} {low} 到 {high}", f"{kind} from {low} to {high}").of(lang)
