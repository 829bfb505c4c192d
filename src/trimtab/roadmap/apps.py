from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "trimtab.roadmap"
    label = "roadmap"

    def ready(self) -> None:
        from trimtab.roadmap import belongings, guards, notices, notices_dependencies, sources, talk

        belongings.register()
        guards.register()
        sources.register()
        talk.register()
        notices.register()
        notices_dependencies.register()
