from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "common.duplicates"
