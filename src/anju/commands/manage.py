"""Management commands of the apps, under the program's own names."""

from django.core.management import call_command, execute_from_command_line


def import_areas(arguments: list[str]) -> int:
    return _call("import_areas", arguments)


def import_ledger(arguments: list[str]) -> int:
    return _call("import_ledger", arguments)


def indicators(arguments: list[str]) -> int:
    return _call("indicators", arguments)


def _call(name: str, arguments: list[str]) -> int:
    call_command(name, *arguments)
    return 0


def anything(arguments: list[str]) -> int:
    """`anju django makemigrations`: whatever Django and its apps offer."""
    execute_from_command_line(["anju", *(arguments or ["help"])])
    return 0
