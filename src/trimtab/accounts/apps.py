from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trimtab.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Tell background work where its actors come from, and what somebody who leaves holds."""
        from trimtab.accounts import belongings
        from trimtab.accounts.services.workspaces import actor_of_user
        from trimtab.core import jobs, portable

        jobs.actors_come_from(actor_of_user)
        belongings.register()
        portable.leave_out("accounts_apitoken", "keys of this installation")
        portable.leave_out("accounts_invitation", "keys of this installation")
