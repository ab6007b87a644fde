from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, Panel, registry


class MonitoringConfig(AppConfig):
    name = "anju.monitoring"

    def ready(self) -> None:
        from anju.core.readiness import checks as readiness
        from anju.monitoring import (  # noqa: F401  receivers hears that homes pass to another grid
            checks,
            listening,
            panels_alarms,
            panels_devices,
            receivers,
            worklist_alarms,
        )
        from anju.monitoring.services import (  # noqa: F401  register their schedules
            announcing,
            batches,
            commands,
            doors,
            hours,
            lanes,
            patrol,
            retention,
            silence,
            vouching,
        )

        registry.menu += [
            MenuItem(
                "today", 20, _("Alarms"), "bell", "alarms:queue", "alarm.view", worklist_alarms.urgent, urgent=True
            ),
            MenuItem("homes", 40, _("Devices"), "devices", "devices:devices", "device.view"),
            MenuItem("remedy", 50, _("Smart supervision"), "device-mobile", "smart:overview", "smart.view"),
        ]
        registry.panels += [
            Panel("dwelling.above", 10, panels_alarms.dwelling_above),
            Panel("dwelling.side", 15, panels_alarms.dwelling_side),
            Panel("dwelling.side", 25, panels_devices.dwelling_side),
            Panel("place.side", 20, panels_devices.place_side),
        ]
        registry.history.append(panels_alarms.history)
        registry.work.append(worklist_alarms.work)
        registry.search += [worklist_alarms.search, panels_devices.search]
        readiness["gateway"] = listening.check
