from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "trimtab.integrations"
    label = "integrations"
