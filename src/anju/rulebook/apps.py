from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class RulebookConfig(AppConfig):
    name = "anju.rulebook"

    def ready(self) -> None:
        from anju.rulebook import trials  # noqa: F401  registers its kind of job

        registry.menu.append(MenuItem("basis", 20, _("Rules"), "book", "rulebook:rules", "rule.view"))
