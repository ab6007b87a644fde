from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class DwellingsConfig(AppConfig):
    name = "anju.dwellings"

    def ready(self) -> None:
        from anju.dwellings.services import equipment, imports, nightly, regridding  # noqa: F401  register their jobs and schedules

        registry.menu.append(
            MenuItem("homes", 10, _("Rented homes"), "building-community", "dwellings:dwellings", "dwelling.view")
        )
        registry.menu.append(MenuItem("basis", 30, _("Ledger import"), "file-import", "ledger:list", "ledger.import"))
