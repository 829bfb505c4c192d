from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "trimtab.roadmap"
    label = "roadmap"
