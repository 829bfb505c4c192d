from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "trimtab.collab"
    label = "collab"

    def ready(self) -> None:
        """Follow the log from now on, wherever a worker runs."""
        from trimtab.collab.notices import own
        from trimtab.collab.notices.sender import Sender
        from trimtab.collab.notices.services import following
        from trimtab.core import followers, portable

        own.register()
        for table in ("collab_notice", "collab_happening", "collab_delivery"):
            portable.leave_out(table, "what people of this installation were told")
        portable.leave_out("collab_channelsecret", "sealed with this installation's key")
        followers.follow(following.NAME, following.read_on)
        followers.beside("notices sender", Sender)
