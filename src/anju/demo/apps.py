from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "anju.demo"

    def ready(self) -> None:
        from anju.demo import heartbeats  # noqa: F401  registers its schedule
