from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class InspectionsConfig(AppConfig):
    name = "anju.inspections"

    def ready(self) -> None:
        from anju.inspections import boards, panels, receivers, worklist  # noqa: F401  hears the standard's judgements
        from anju.inspections.services import duties, overdue  # noqa: F401  register facts (A2.5), the clocks' schedule

        registry.menu += [
            MenuItem(
                "remedy", 10, _("Inspections"), "route", "inspections:work", "inspection.view", worklist.visit_count
            ),
            MenuItem(
                "remedy",
                20,
                _("Hazards"),
                "alert-triangle",
                "hazards:list",
                "hazard.view",
                worklist.overdue_count,
                urgent=True,
            ),
        ]
        registry.panels += [
            Panel("dwelling.above", 20, panels.above),
            Panel("dwelling.line", 10, panels.line),
            Panel("dwelling.actions", 10, panels.actions),
            Panel("dwelling.unknown", 10, panels.check),
            Panel("dwelling.side", 20, panels.side),
            Panel("dwelling.file", 20, panels.dossier),
            Panel("dwelling.file.pdf", 20, panels.pdf),
        ]
        registry.history.append(panels.history)
        registry.work += worklist.SOURCES
        registry.search.append(worklist.search)
