from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class EnforcementConfig(AppConfig):
    name = "anju.enforcement"

    def ready(self) -> None:
        from anju.enforcement import panels, receivers, worklist  # noqa: F401  hears of orders served and void

        registry.menu.append(
            MenuItem(
                "remedy", 30, _("Enforcement"), "gavel", "enforcement:letters", "enforcement.view", worklist.waiting
            )
        )
        registry.panels += [
            Panel("hazard.side", 20, panels.hazard_side),
            Panel("hazard.actions", 20, panels.hazard_actions),
            Panel("document.side", 10, panels.document_side),
        ]
        registry.work += worklist.SOURCES
