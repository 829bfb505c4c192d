from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "trimtab.core"
    label = "core"
