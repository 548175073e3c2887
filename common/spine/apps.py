from django.apps import AppConfig


class SpineConfig(AppConfig):
    name = "common.spine"
