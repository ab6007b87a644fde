"""What is wrong with an edition or a draft, in both languages: offices write drafts, and read why one is refused."""

from collections.abc import Iterable

from anju.standard.facts import Text


class Mistake(ValueError):
    """One thing that cannot be used; ``text`` says what, and what is accepted instead."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(en)


class EditionError(ValueError):
    """An edition or draft that cannot be used; ``problems`` lists every reason."""

    def __init__(self, problems: Iterable[Text]) -> None:
        self.problems = list(problems)
        super().__init__(self.in_words("en"))

    def in_words(self, lang: str) -> str:
        """Return one line per problem."""
        return "\n".join(problem.of(lang) for problem in self.problems)


def at(zh: str, en: str, reason: Text) -> Text:
    """Put the place before the reason: 规则 R09：缺少 days / rule R09: days is missing."""
    return Text(f"{zh}：{reason.zh}", f"{en}: {reason.en}")


def reason_of(error: Exception) -> Text:
    """Say why plain data could not be read; only a Mistake says it in words of the domain."""
    if isinstance(error, Mistake):
        return error.text
    if isinstance(error, KeyError):
        return Text(f"缺少 {error.args[0]}", f"{error.args[0]} is missing")
    return Text(f"写法读不懂（{error}）", str(error))
