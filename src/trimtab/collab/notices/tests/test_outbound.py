"""Where webhooks may lead, and where not."""

import pytest

from trimtab.collab.notices import outbound
from trimtab.collab.notices.errors import AddressRefused, RemoteError
from trimtab.collab.notices.outbound import Policy, check_address, post_json
from trimtab.settings import WEBHOOK_HOSTS

STRICT = Policy(WEBHOOK_HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com/services/T/B/x",
        "https://prod-1.westeurope.logic.azure.com/workflows/1?sig=x",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/1",
        "https://default1.a.api.powerplatform.com/powerautomate/x",
    ],
)
def test_the_webhooks_of_slack_and_teams_may_be_called(address):
    assert check_address(address, STRICT).hostname


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com:8443/services/T/B/x",
        "https://user@hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evil-hooks.slack.com/x",
        "https://logic.azure.com.evil.example/",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "file:///etc/passwd",
        "https://[broken",
        "",
    ],
)
def test_nothing_else_may(address):
    with pytest.raises(AddressRefused):
        check_address(address, STRICT)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_an_allowed_name_that_leads_into_a_private_network_is_not_called(monkeypatch, address):
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (address, 443))])
    with pytest.raises(RemoteError) as refused:
        post_json("https://hooks.slack.com/services/x", {}, STRICT)

    assert not refused.value.transient
    assert "private network" in refused.value.message


def test_a_name_that_nobody_knows_is_tried_again_later(monkeypatch):
    def unknown(*a: object, **k: object) -> None:
        raise OSError("no such name")

    monkeypatch.setattr(outbound.socket, "getaddrinfo", unknown)
    with pytest.raises(RemoteError) as failed:
        post_json("https://hooks.slack.com/services/x", {}, STRICT)

    assert failed.value.transient
