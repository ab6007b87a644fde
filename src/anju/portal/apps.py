from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class PortalConfig(AppConfig):
    name = "anju.portal"

    def ready(self) -> None:
        from anju.portal import scanned, worklist
        from anju.portal.services import letters, reports, retention  # noqa: F401  schedules
        from anju.signage.public import Pages, use_pages

        registry.menu.append(
            MenuItem(
                "remedy",
                25,
                _("Reports by residents"),
                "message-report",
                "reports:list",
                "report.view",
                worklist.waiting,
            )
        )
        registry.work += worklist.SOURCES
        use_pages(Pages(scanned.stopped, scanned.page))
