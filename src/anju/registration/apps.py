from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class RegistrationConfig(AppConfig):
    name = "anju.registration"

    def ready(self) -> None:
        from anju.registration import panels, worklist
        from anju.registration.services import group_rentals, papers, retention  # noqa: F401  facts, judgements, schedule

        registry.menu.append(
            MenuItem(
                "homes",
                20,
                _("Registration and filing"),
                "file-text",
                "registration:group-rentals",
                "registration.view",
            )
        )
        registry.menu.append(
            MenuItem(
                "homes",
                21,
                _("Declarations"),
                "clipboard-check",
                "declarations:list",
                "declaration.view",
                worklist.waiting,
            )
        )
        registry.work += worklist.SOURCES
        registry.panels += [
            Panel("dwelling.side", 10, panels.side),
            Panel("dwelling.file", 10, panels.file),
            Panel("dwelling.file.pdf", 10, panels.pdf),
        ]
