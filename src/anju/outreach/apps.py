from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class OutreachConfig(AppConfig):
    name = "anju.outreach"

    def ready(self) -> None:
        registry.menu.append(
            MenuItem("homes", 30, _("Conventions and notices"), "signature", "outreach:conventions", "convention.view")
        )
