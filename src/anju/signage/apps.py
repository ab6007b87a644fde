from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class SignageConfig(AppConfig):
    name = "anju.signage"

    def ready(self) -> None:
        from anju.signage import panels, receivers, worklist  # noqa: F401  hears what changed below
        from anju.signage.services import batches, comparing, facts, retention  # noqa: F401  jobs, schedules, register facts

        registry.menu.append(MenuItem("homes", 30, _("Signs"), "sign-right", "signs:signs", "sign.view"))
        registry.panels += [
            Panel("dwelling.side", 15, panels.dwelling_side),
            Panel("place.side", 20, panels.place_side),
        ]
        registry.work += worklist.SOURCES
