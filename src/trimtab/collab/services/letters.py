"""Letters that other domains write: sent in the background, sealed until then, for a letter may hold a key."""

from html import escape
from typing import Final

import orjson

from trimtab.collab import mail
from trimtab.collab.mail import Mail
from trimtab.core import jobs, sealed
from trimtab.core.actors import Actor, Clock
from trimtab.core.letters import Letter

TASK: Final = "collab.letter"


def deliver(actor: Actor, clock: Clock, letter: Letter) -> bool:
    """Let the worker send a letter once the open transaction has committed; False where no mail is set up."""
    if not mail.is_set_up():
        return False
    text = orjson.dumps([letter.to, letter.subject, letter.text]).decode()
    jobs.defer(
        actor=actor,
        clock=clock,
        task=TASK,
        label=f"Mail to {letter.to}",
        given={"letter": sealed.seal(text).decode()},
    )
    return True


def send(job: jobs.Job) -> None:
    """Hand a sealed letter to the mail server. Raises RemoteError, Unreadable."""
    to, subject, text = orjson.loads(sealed.unseal(job.operation.input["letter"].encode()))
    with mail.post_office() as office:
        office.send(Mail(to, subject, text, as_html(text), mail.message_id(job.operation.id)))


def as_html(text: str) -> str:
    """Plain text as paragraphs; a line that is an address becomes a link."""
    return "".join(f"<p>{_line(line)}</p>" for line in text.split("\n") if line.strip())


def _line(line: str) -> str:
    said = escape(line)
    return f'<a href="{said}">{said}</a>' if line.startswith(("https://", "http://")) else said
