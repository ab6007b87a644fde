"""What must hold before the city starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from anju.monitoring.gateway.dialects import BadDialects, read_file


@register()
def dialects_are_understood(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        read_file(settings.ANJU_DIALECTS_FILE)
    except BadDialects as error:
        return [
            Error(
                f"ANJU_DIALECTS_FILE={settings.ANJU_DIALECTS_FILE}: {error}. See docs/devices.md.", id="monitoring.E001"
            )
        ]
    return []
