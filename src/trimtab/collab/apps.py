from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "trimtab.collab"
    label = "collab"

    def ready(self) -> None:
        """Follow the log from now on, wherever a worker runs; take letters of other domains; say what talk keeps."""
        from trimtab.collab import belongings
        from trimtab.collab.notices import own
        from trimtab.collab.notices.sender import Sender
        from trimtab.collab.notices.services import following
        from trimtab.collab.services import letters as out
        from trimtab.core import followers, letters, portable

        own.register()
        belongings.register()
        letters.deliver_with(out.deliver)
        for table in ("collab_notice", "collab_happening", "collab_delivery"):
            portable.leave_out(table, "what people of this installation were told")
        portable.leave_out("collab_channelsecret", "sealed with this installation's key")
        followers.follow(following.NAME, following.read_on)
        followers.beside("notices sender", Sender)
