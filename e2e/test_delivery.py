"""A dependency from the question to the answer, in two people's browsers; and the page of what ships."""

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Open, Server
from e2e.test_screens import SCHEMES, SIZES, _look, _open

PROPOSED = "Access reviews in one sitting"


_ASK = """async ([workspace, title]) => {
  const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const answer = await fetch("/api/v1/query", {method: "POST", headers: {
    "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Trimtab-Workspace": workspace},
    body: JSON.stringify({source: "item", columns: ["title"],
      filter: {field: "title", op: "is", values: [title]}, page: {size: 1}})});
  return (await answer.json()).columns.id[0];
}"""


def test_a_proposed_date_is_accepted(visit: Open, server: Server) -> None:
    opened = visit()
    item = opened.page.evaluate(_ASK, [server.workspace, PROPOSED])
    opened.page.goto(f"/w/{server.workspace}/roadmap?item={item}")
    panel = opened.page.get_by_role("complementary", name="Item")
    expect(panel.get_by_role("heading", name="Dependencies", exact=True)).to_be_visible()
    expect(panel.get_by_text("another date proposed").first).to_be_visible()
    opened.settle()
    _look(opened, "dependency-proposed")

    panel.get_by_role("button", name="Accept the date").click()

    expect(opened.page.get_by_text(re.compile("date accepted"))).to_be_visible()
    expect(panel.get_by_role("button", name="Decline")).to_be_visible()
    expect(panel.get_by_role("button", name="Accept the date")).to_have_count(0)
    panel.get_by_role("button", name="Decline").click()
    panel.get_by_label("Reason").fill("The audit takes all of us")
    panel.get_by_role("button", name="Decline").click()
    expect(panel.get_by_text("“The audit takes all of us”")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(size, scheme) for size in SIZES for scheme in SCHEMES])
def test_the_page_of_what_ships(visit: Open, server: Server, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme)
    opened.page.goto(f"/w/{server.workspace}/delivery")
    expect(opened.page.get_by_text("Claims without a phone call")).to_be_visible()
    opened.page.get_by_role("button", name="Compare with today").first.click()
    expect(opened.page.get_by_text(re.compile("items are as they were"))).to_be_visible()
    opened.page.get_by_role("heading", name="Delivery").scroll_into_view_if_needed()
    opened.settle()

    _look(opened, f"delivery-{size}-{scheme}")
