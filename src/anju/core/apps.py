from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "anju.core"

    def ready(self) -> None:
        from anju.core import checks  # noqa: F401  registers the start-up checks
