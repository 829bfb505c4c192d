"""The worker dies at any moment, by SIGKILL: nothing is told twice, and nothing is left out."""

import os
import socket
from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests import killed

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def box(port: int) -> Iterator[killed.Postbox]:
    with (
        killed.postbox(port) as box,
        override_settings(EMAIL_BACKEND=BACKEND, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port),
    ):
        yield box


def environment(port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "TRIMTAB_OWNER_URL": os.environ["TRIMTAB_OWNER_URL"],
        "TRIMTAB_SMTP_URL": f"smtp://127.0.0.1:{port}",
    }


def check(outcome: killed.Outcome) -> None:
    assert outcome.events >= outcome.kills
    assert (outcome.doubled, outcome.missing) == (0, 0), outcome
    assert outcome.letters > 0
    assert outcome.repeated <= outcome.kills, outcome


def test_killed_now_and_then(port: int, box: killed.Postbox) -> None:
    check(killed.run(killed.make_place(12), killed.Forked(environment(port)), box, kills=12, seed=1))


def test_the_real_command_is_killed(port: int, box: killed.Postbox) -> None:
    check(killed.run(killed.make_place(5), killed.Commanded(environment(port)), box, kills=2, seed=2))


@pytest.mark.nightly
def test_killed_two_hundred_times(port: int, box: killed.Postbox) -> None:
    check(killed.run(killed.make_place(25), killed.Forked(environment(port)), box, kills=200, seed=3))
