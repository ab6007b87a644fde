from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "anju.jobs"

    def ready(self) -> None:
        from anju.core.readiness import checks
        from anju.jobs import heartbeat

        checks["worker"] = heartbeat.check
