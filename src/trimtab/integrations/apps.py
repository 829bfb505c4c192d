from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "trimtab.integrations"
    label = "integrations"

    def ready(self) -> None:
        """Imports that are under way stay where they are; what other domains take from files is offered."""
        from trimtab.collab import public as collab
        from trimtab.core import portable, retention
        from trimtab.integrations.archive import take_out
        from trimtab.integrations.files import targets
        from trimtab.integrations.services import sessions

        for table in ("integrations_stagedrow", "integrations_importsession", "integrations_importfile"):
            portable.leave_out(table, "imports that are under way")
        portable.leave_out("integrations_importdecision", "answers for imports that are under way")
        targets.register()
        for task in (sessions.APPLY, take_out.ARCHIVE):
            collab.register_operation(task, "finished")
        retention.spare(
            "operations",
            "exists (select from integrations_importsession s where s.workspace_id = r.workspace_id"
            " and r.id in (s.checked_id, s.applied_id, s.compared_id))",
        )
