"""What people do on the roadmap, in a real browser against the real server."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import Open, Server

TITLE, PHASE, HEALTH, TIMEFRAME = 0, 1, 2, 5
PAST = (datetime.now(UTC) - timedelta(days=200)).date()


@pytest.fixture
def roadmap(visit: Open, server: Server) -> Page:
    """The features as a flat list, as an admin sees them."""
    return _open(visit, server, "?q=level:feature&tree=none")


def _open(visit: Open, server: Server, search: str, role: str = "admin") -> Page:
    page = visit(role=role).page
    page.goto(f"/w/{server.workspace}/roadmap{search}")
    expect(_cell(page, 0, TITLE)).to_be_visible()
    return page


def _open_live(visit: Open, server: Server, search: str, role: str = "admin") -> Page:
    """As ``_open``; returns once the page hears of changes."""
    page = visit(role=role).page
    page.goto("about:blank")  # the stream of the page before is not the one to wait for
    with page.expect_response(re.compile("/api/v1/stream")):
        page.goto(f"/w/{server.workspace}/roadmap{search}")
    expect(_cell(page, 0, TITLE)).to_be_visible()
    return page


def _cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(f'[data-row="{row}"] [data-column="{column}"]')


def _pick(page: Page, row: int, column: int, choice: str) -> None:
    _cell(page, row, column).click()
    expect(_cell(page, row, column)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("option", name=choice, exact=True).click()


def _other_health(page: Page, row: int) -> str:
    return "At risk" if "Off track" in _cell(page, row, HEALTH).inner_text() else "Off track"


class TestSignIn:
    def test_a_wrong_password_is_explained_and_the_e_mail_stays(self, visit: Open, server: Server) -> None:
        page = visit(role=None).page
        page.goto("/")
        page.get_by_label("E-mail").fill(server.accounts["editor"][0])
        page.get_by_label("Password").fill("not it")
        page.get_by_role("button", name="Sign in", exact=True).click()

        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
        expect(page.get_by_label("E-mail")).to_have_value(server.accounts["editor"][0])

    def test_the_address_that_was_asked_for_is_shown_afterwards(self, visit: Open, server: Server) -> None:
        page = visit(role=None).page
        page.goto(f"/w/{server.workspace}/roadmap?q=level:bet")
        email, password = server.accounts["viewer"]
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()

        expect(page).to_have_url(re.compile(r"/roadmap\?q=level:bet"))


class TestEditing:
    def test_a_value_is_there_at_once_and_undo_takes_it_back(self, roadmap: Page) -> None:
        before, after = _cell(roadmap, 1, HEALTH).inner_text(), _other_health(roadmap, 1)

        _pick(roadmap, 1, HEALTH, after)
        expect(_cell(roadmap, 1, HEALTH)).to_have_text(after)
        roadmap.get_by_role("button", name="Undo").click()

        expect(roadmap.get_by_text(re.compile("^Undone"))).to_be_visible(timeout=20_000)
        expect(_cell(roadmap, 1, HEALTH)).to_have_text(before)

    def test_a_timeframe_is_typed_as_people_say_it_and_keeps_its_precision(self, roadmap: Page) -> None:
        _cell(roadmap, 2, TIMEFRAME).click()
        roadmap.keyboard.press("Enter")
        field = roadmap.get_by_role("textbox", name="Timeframe")
        field.fill("Q1 2031 to Q2 2031")
        expect(roadmap.get_by_text("Q1–Q2 2031, to the quarter")).to_be_visible()
        field.press("Enter")

        expect(roadmap.get_by_text("Timeframe: Q1–Q2 2031")).to_be_visible()
        roadmap.reload()
        expect(_cell(roadmap, 2, TIMEFRAME)).to_have_text("Q1–Q2 2031")

    def test_a_change_made_elsewhere_is_on_screen_within_a_second_or_so(self, visit: Open, server: Server) -> None:
        search = "?q=level:feature&tree=none"
        mine, theirs = _open_live(visit, server, search), _open(visit, server, search, role="editor")
        after = _other_health(mine, 3)

        _pick(theirs, 3, HEALTH, after)

        expect(_cell(mine, 3, HEALTH)).to_have_text(after, timeout=5_000)

    def test_what_is_being_typed_survives_a_change_made_elsewhere(self, visit: Open, server: Server) -> None:
        search = "?q=level:feature&tree=none"
        mine, theirs = _open_live(visit, server, search), _open(visit, server, search, role="editor")
        _cell(mine, 4, TITLE).click()
        mine.keyboard.press("Enter")
        editor = mine.get_by_role("textbox", name="Title")
        editor.fill("Half a thought")
        after = _other_health(theirs, 5)

        _pick(theirs, 5, HEALTH, after)

        expect(_cell(mine, 5, HEALTH)).to_have_text(after, timeout=5_000)
        expect(editor).to_have_value("Half a thought")
        editor.press("Escape")

    def test_two_people_on_one_field_choose_knowingly(self, visit: Open, server: Server) -> None:
        search = "?q=level:feature&tree=none"
        mine, theirs = _open(visit, server, search), _open(visit, server, search, role="editor")
        mine.route("**/api/v1/query", lambda route: route.abort())  # I do not hear of the other change
        other = _other_health(theirs, 6)
        own = "At risk" if "On track" in _cell(mine, 6, HEALTH).inner_text() else "On track"
        _pick(theirs, 6, HEALTH, other)
        expect(theirs.get_by_text(f"Health: {other}")).to_be_visible()

        _pick(mine, 6, HEALTH, own)

        choice = mine.get_by_role("alert").filter(has_text="changed Health while you did")
        expect(choice).to_contain_text(f"It now reads “{other}”")
        mine.unroute("**/api/v1/query")
        choice.get_by_role("button", name="Keep theirs").click()
        expect(_cell(mine, 6, HEALTH)).to_have_text(other)

    def test_a_viewer_is_offered_no_edit(self, visit: Open, server: Server) -> None:
        page = _open(visit, server, "?q=level:feature&tree=none", role="viewer")

        expect(page.get_by_role("button", name="New item")).to_have_count(0)
        expect(page.get_by_role("treegrid")).to_have_attribute("aria-readonly", "true")
        _cell(page, 0, HEALTH).dblclick()
        expect(page.get_by_role("option")).to_have_count(0)


class TestFinding:
    def test_the_filter_completes_and_points_at_a_mistake(self, roadmap: Page) -> None:
        roadmap.keyboard.press("/")
        field = roadmap.get_by_role("textbox", name="Filter")
        expect(field).to_be_focused()
        field.fill("")
        field.press_sequentially("phase.cat", delay=30)
        expect(roadmap.get_by_role("option").first).to_contain_text("phase.category:")
        roadmap.keyboard.press("ArrowDown")
        roadmap.keyboard.press("Enter")
        expect(field).to_have_value("phase.category:")

        field.fill("healht:at_risk")
        roadmap.keyboard.press("Escape")
        expect(roadmap.get_by_text("at character 1")).to_be_visible()
        roadmap.get_by_role("button", name="Use health", exact=True).click()
        expect(field).to_have_value("health:at_risk")

    def test_the_address_holds_the_view(self, roadmap: Page) -> None:
        roadmap.get_by_role("button", name=re.compile("^Title")).click()
        expect(roadmap.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
        expect(roadmap.locator("[aria-busy=true]")).to_have_count(0)
        first = _cell(roadmap, 0, TITLE).inner_text()

        roadmap.reload()

        expect(_cell(roadmap, 0, TITLE)).to_have_text(re.compile(re.escape(first.splitlines()[-1])))
        expect(roadmap).to_have_url(re.compile("sort=title"))

    def test_groups_carry_their_totals(self, visit: Open, server: Server) -> None:
        page = _open(visit, server, "?q=level:feature&group=team")

        expect(_cell(page, 0, TITLE)).to_contain_text(re.compile(r"\d+ items?"))
        page.locator("[data-row='0'] [data-toggle]").click()
        expect(_cell(page, 1, TITLE)).to_contain_text(re.compile(r"\d+ items?"))

    def test_keys_move_open_and_close(self, roadmap: Page) -> None:
        _cell(roadmap, 0, TITLE).click()
        roadmap.keyboard.press("j")
        roadmap.keyboard.press("ArrowRight")
        expect(_cell(roadmap, 1, PHASE)).to_be_focused()
        roadmap.keyboard.press("o")
        panel = roadmap.get_by_role("complementary", name="Item")
        expect(panel).to_be_visible()
        panel.get_by_role("tab", name="History").click()
        expect(panel.get_by_role("listitem").first).to_be_visible()
        roadmap.keyboard.press("Escape")
        expect(panel).to_have_count(0)


class TestThePast:
    def test_any_day_is_read_only_marked_and_left_again(self, visit: Open, server: Server) -> None:
        page = _open(visit, server, f"?tree=none&as_of={PAST.isoformat()}")

        expect(page.get_by_role("button", name=re.compile("Viewing: as of"))).to_be_visible()
        expect(page.get_by_text(re.compile(r"\d+ differs? from today"))).to_be_visible()
        expect(page.locator("[data-differs]").first).to_be_visible()
        expect(page.get_by_role("treegrid")).to_have_attribute("aria-readonly", "true")
        page.get_by_role("button", name="Back to today").click()
        expect(page.get_by_role("button", name="Viewing: today")).to_be_visible()
        expect(page.locator("[data-differs]")).to_have_count(0)

    def test_the_slider_goes_to_any_day_by_keyboard(self, roadmap: Page) -> None:
        roadmap.keyboard.press("t")
        slider = roadmap.get_by_role("slider", name="Day in view")
        slider.focus()
        roadmap.keyboard.press("PageDown")
        expect(roadmap).to_have_url(re.compile(r"as_of=\d{4}-\d{2}-\d{2}"))
        roadmap.keyboard.press("End")
        expect(roadmap).not_to_have_url(re.compile("as_of"))
