from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class FieldConfig(AppConfig):
    name = "anju.field"

    def ready(self) -> None:
        from anju.field import receivers, selectors  # noqa: F401  records follow their homes
        from anju.field.services import schedules  # noqa: F401

        registry.menu += [
            MenuItem("remedy", 15, _("Field records"), "device-mobile", "field:records", "field.view", selectors.open_count),
        ]  # fmt: skip
