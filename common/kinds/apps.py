from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from common.kinds import guard


class KindsConfig(AppConfig):
    name = "common.kinds"

    def ready(self) -> None:
        """Guard the record types and load every app's registrations, once, after all models are known."""
        guard.watch()
        autodiscover_modules("access", "receivers", "tasks", "records", "presets", "demo")
