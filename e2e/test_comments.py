"""What people say beside an item, in a real browser against the real server."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import Open, Server, Visit
from e2e.test_screens import _look, _open, looks

ITEM = "Arrival times people believe"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def _comments(opened: Visit, server: Server) -> Page:
    """The comments on an item of the sample company."""
    page = opened.page
    page.goto(f"/w/{server.workspace}/roadmap?tree=none&q=title:%22{ITEM.replace(' ', '%20')}%22")
    page.goto(f"{page.url}&item={_id(page, server)}&tab=comments")
    expect(page.get_by_role("tab", name=re.compile("Comments"))).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("list", name="Comments")).to_be_visible()
    opened.settle()
    return page


def _id(page: Page, server: Server) -> str:
    found: str = page.evaluate(
        """async ([workspace, title]) => {
          const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
          const answer = await fetch("/api/v1/query", {method: "POST", headers: {
            "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Trimtab-Workspace": workspace},
            body: JSON.stringify({source: "item", columns: ["title"], page: {size: 1},
              filter: {field: "title", op: "in", values: [title]}})});
          return (await answer.json()).columns.id[0];
        }""",
        [server.workspace, ITEM],
    )
    return found


def _comment(page: Page, words: str) -> Locator:
    return page.get_by_role("article").filter(has_text=words)


@looks
def test_comments_on_an_item(visit: Open, server: Server, size: str, scheme: str) -> None:
    opened = _open(visit, size, scheme)
    opened.console.errors.clear()
    page = _comments(opened, server)
    expect(page.get_by_role("cell", name="91 %")).to_be_visible()
    _look(opened, f"comments-{size}-{scheme}")

    page.get_by_role("region", name="Files").scroll_into_view_if_needed()
    expect(page.get_by_role("link", name="Save arrivals-inside-the-range.png")).to_be_visible()
    _look(opened, f"comments-end-{size}-{scheme}")


def test_a_comment_from_its_first_word_to_its_last(visit: Open, server: Server) -> None:
    page = _comments(visit(role="contributor"), server)
    other = _comments(visit(role="admin"), server)

    text = page.get_by_role("textbox", name="Comment", exact=True)
    text.press_sequentially("Shall we ask @katr")
    page.get_by_role("option", name=re.compile("Katrin Hofmann")).wait_for()
    text.press("Enter")
    expect(text).to_have_value("Shall we ask @katrin-hofmann ")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files({"name": "gate.png", "mimeType": "image/png", "buffer": PNG})
    expect(text).to_have_value(re.compile(r"!\[gate\.png\]\(attachment:"))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("img", name="gate.png")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    text.press("Control+Enter")
    expect(_comment(page, "Shall we ask")).to_contain_text("@Katrin Hofmann")
    expect(text).to_have_value("")

    heard = _comment(other, "Shall we ask")
    expect(heard.get_by_role("img", name="gate.png")).to_be_visible()
    heard.hover()
    heard.get_by_role("button", name="React", exact=True).click()
    other.get_by_role("button", name="React with 👍").click()
    expect(_comment(page, "Shall we ask").get_by_role("button", name=re.compile("👍, 1"))).to_be_visible()

    mine = _comment(page, "Shall we ask")
    mine.hover()
    mine.get_by_role("button", name=re.compile("More about")).click()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Comment", exact=True).first.fill("Never mind, I asked.")
    page.get_by_role("button", name="Save").click()
    expect(_comment(other, "Never mind, I asked.")).to_contain_text("edited")

    thread = other.get_by_role("listitem").filter(has_text="Never mind, I asked.")
    thread.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved by Maren Solberg")).to_be_visible()


def test_a_deleted_comment_comes_back_with_undo(visit: Open, server: Server) -> None:
    page = _comments(visit(role="editor"), server)
    text = page.get_by_role("textbox", name="Comment", exact=True)
    text.fill("Said too soon.")
    page.get_by_role("button", name="Comment", exact=True).click()
    said = _comment(page, "Said too soon.")
    said.hover()
    said.get_by_role("button", name=re.compile("More about")).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(said).to_have_count(0)

    page.get_by_role("button", name="Undo").click()

    expect(said).to_be_visible()


@pytest.mark.parametrize("role", ["viewer"])
def test_a_viewer_reads_and_watches_and_says_nothing(visit: Open, server: Server, role: str) -> None:
    page = _comments(visit(role=role), server)

    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment", exact=True)).to_have_count(0)
    watching = page.get_by_role("button", name="Watching")
    expect(watching).to_be_visible()
    watching.click()
    expect(page.get_by_role("button", name="Watch", exact=True)).to_be_visible()


def test_the_description_takes_the_same_editor(visit: Open, server: Server) -> None:
    opened = visit(role="admin")
    page = _comments(opened, server)
    page.get_by_role("tab", name="Details").click()
    page.get_by_role("button", name="Edit description").click()
    text = page.get_by_role("textbox", name="Description")
    text.fill("| when | what |\n|---|---|\n| Q1 | ~~road~~ **ocean** |")
    text.press("Control+Enter")

    expect(page.get_by_role("cell", name="Q1")).to_be_visible()
