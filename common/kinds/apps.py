from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KindsConfig(AppConfig):
    name = "common.kinds"

    def ready(self) -> None:
        """Load every app's registrations, once, after all models are known."""
        autodiscover_modules("access", "receivers", "tasks", "records", "presets", "demo")
