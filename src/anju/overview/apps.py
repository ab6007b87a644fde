from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anju.core.registry import MenuItem, registry


class OverviewConfig(AppConfig):
    name = "anju.overview"

    def ready(self) -> None:
        from anju.overview import receivers  # noqa: F401  hears what changes the counts
        from anju.overview.services import carrying, closing  # noqa: F401  register jobs and schedules

        registry.menu += [
            MenuItem("today", 10, pgettext_lazy("menu", "Today"), "home", "overview:home", "home.view"),
            MenuItem("basis", 10, _("Four times 100 %"), "chart-bar", "overview:indicators", "indicator.view"),
        ]
