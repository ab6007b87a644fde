from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from anju.core.registry import MenuItem, registry


class DocumentsConfig(AppConfig):
    name = "anju.documents"

    def ready(self) -> None:
        from anju.documents.services import files  # noqa: F401  the job that makes the files

        registry.menu.append(
            MenuItem("remedy", 60, _("Documents"), "file-description", "documents:list", "document.view")
        )
