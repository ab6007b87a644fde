from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class StationsConfig(AppConfig):
    name = "anju.stations"

    def ready(self) -> None:
        from anju.monitoring import response
        from anju.stations import alarms, panels, receivers, worklist  # noqa: F401  hears of alarms
        from anju.stations.services import escalation, messages, readiness  # noqa: F401  schedules

        registry.menu += [
            MenuItem(
                "today", 30, _("Call-outs now"), "bell-ringing", "station:board", "callout.turn_out", worklist.open_calls, urgent=True
            ),
            MenuItem("remedy", 40, _("Micro fire stations"), "shield-check", "stations:stations", "station.view"),
        ]  # fmt: skip
        registry.panels += [
            Panel("dwelling.side", 30, panels.dwelling_side),
            Panel("dwelling.actions", 30, panels.dwelling_actions),
            Panel("place.side", 10, panels.place_side),
            Panel("hazard.side", 10, panels.hazard_side),
            Panel("alarm.know", 10, alarms.know),
            Panel("alarm.side", 10, alarms.side),
        ]
        registry.work += worklist.SOURCES
        response.register(alarms.StationHelp())
