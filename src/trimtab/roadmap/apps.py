from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "trimtab.roadmap"
    label = "roadmap"

    def ready(self) -> None:
        from trimtab.roadmap import belongings, sources, talk

        belongings.register()
        sources.register()
        talk.register()
