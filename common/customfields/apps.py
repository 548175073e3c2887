from django.apps import AppConfig


class CustomFieldsConfig(AppConfig):
    name = "common.customfields"
