from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trimtab.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Tell background work where its actors come from, and what somebody who leaves holds."""
        from trimtab.accounts import belongings
        from trimtab.accounts.services.workspaces import actor_of_user
        from trimtab.core import jobs

        jobs.actors_come_from(actor_of_user)
        belongings.register()
