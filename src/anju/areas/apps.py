from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class AreasConfig(AppConfig):
    name = "anju.areas"

    def ready(self) -> None:
        from anju.areas.permissions import can
        from anju.core import policy

        policy.use_checker(can)
        registry.menu.append(MenuItem("basis", 40, _("Areas and pilots"), "map-pins", "areas:areas", "area.view"))
