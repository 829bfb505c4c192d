from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "trimtab.collab"
    label = "collab"
