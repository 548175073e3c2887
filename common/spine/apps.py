from django.apps import AppConfig
from django.db.models.signals import post_migrate

from common.spine import fulltext


class SpineConfig(AppConfig):
    name = "common.spine"

    def ready(self) -> None:
        post_migrate.connect(fulltext.mend, sender=self, dispatch_uid="mend the index of parts of words")
