"""`anju standard …`: the rule book's own command line, which needs no database and no settings; `what-if` asks the city."""

import django
from django.core.management import call_command

from anju.standard import command


def run(arguments: list[str]) -> int:
    if arguments[:1] == ["what-if"]:
        django.setup()
        call_command("what_if", *arguments[1:])
        return 0
    return command.main(arguments)
