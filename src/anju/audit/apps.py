from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class AuditConfig(AppConfig):
    name = "anju.audit"

    def ready(self) -> None:
        from anju.audit import receivers  # noqa: F401  signing in and out are audited too

        registry.menu.append(MenuItem("basis", 90, _("Audit log"), "history", "audit:entries", "audit.view"))
