"""What else must be well before people are sent here; apps add a name and a function that returns "ok" or what is wrong."""

from collections.abc import Callable

checks: dict[str, Callable[[], str]] = {}
