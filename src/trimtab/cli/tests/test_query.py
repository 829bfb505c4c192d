"""The same question to the database here and to a server elsewhere gets the same answer."""

import http.server
import socket
import threading
from contextlib import nullcontext
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner

from trimtab.accounts.tests.factories import email_of, found_workspace, make_token, slug_of
from trimtab.api.tests.serving import Server
from trimtab.cli import imports
from trimtab.cli import query as asking
from trimtab.core.tests.factories import inside
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import make_item, make_team

COLUMNS = "ref,title,team,timeframe,start"


@pytest.fixture(autouse=True)
def _nothing_started(monkeypatch):
    """The tests have their own database already; nobody's own settings count, a proxy's neither."""
    monkeypatch.setattr(asking, "product", nullcontext)
    for name in ("TRIMTAB_URL", "TRIMTAB_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def ana():
    """Her workspace's year begins in April."""
    founder = found_workspace(fiscal_start_month=4)
    with inside(founder):
        roadmap.create_defaults(actor=founder)
    team = make_team(founder, "SIG Node")
    make_item(
        founder, title="Ærøskøbing, later", team_id=team.id, start_on=date(2026, 5, 1), start_precision="quarter",
        end_on=date(2026, 8, 14), end_precision="month",
    )  # fmt: skip
    make_item(founder, title="Somebody's", end_precision="later")
    return founder


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield f"http://127.0.0.1:{running.port}"
    running.stop()


@pytest.fixture
def remote(monkeypatch, server, ana):
    monkeypatch.setenv("TRIMTAB_URL", f"{server}/")
    monkeypatch.setenv("TRIMTAB_TOKEN", make_token(ana, "read")[1])


def ask(*arguments):
    return CliRunner().invoke(asking.query, arguments)


def ask_here(ana, *arguments):
    return ask(*arguments, "--workspace", slug_of(ana), "--user", email_of(ana))


class TestQuery:
    @pytest.mark.parametrize("form", ["--json", "--csv", "--table", "--format=md", "--format=json"])
    def test_here_and_there_print_the_same(self, monkeypatch, ana, server, form):
        question = ("level:feature sort:title", "--columns", COLUMNS, form)
        here = ask_here(ana, *question)
        monkeypatch.setenv("TRIMTAB_URL", server)
        monkeypatch.setenv("TRIMTAB_TOKEN", make_token(ana, "read")[1])
        there = ask(*question)

        assert (here.exit_code, there.exit_code) == (0, 0), there.output
        assert there.output == here.output
        assert "Ærøskøbing" in there.output

    def test_periods_are_those_of_the_workspace(self, remote):
        printed = ask("team:any", "--columns", "timeframe", "--csv").output

        assert printed == "Timeframe\nFY2027-Q1 – 2026-08\n"

    def test_a_file_is_written_where_it_is_wished_here_and_there(self, monkeypatch, ana, remote, tmp_path):
        there = ask("sort:ref", "--format", "xlsx", "-o", str(tmp_path / "there.xlsx"))
        monkeypatch.delenv("TRIMTAB_URL")
        here = ask_here(ana, "sort:ref", "--format", "xlsx", "-o", str(tmp_path / "here.xlsx"))

        assert (there.exit_code, here.exit_code) == (0, 0), there.output + here.output
        titles = [
            [row[1].value for row in openpyxl.load_workbook(tmp_path / name).active.iter_rows()]
            for name in ("there.xlsx", "here.xlsx")
        ]
        assert titles == [["Title", "Ærøskøbing, later", "Somebody's"]] * 2
        assert sorted(path.name for path in tmp_path.iterdir()) == ["here.xlsx", "there.xlsx"]

    def test_a_refused_file_leaves_none(self, remote, tmp_path):
        refused = ask("helth:on_track", "--format", "csv", "-o", str(tmp_path / "x.csv"))

        assert "There is no field helth." in refused.output
        assert list(tmp_path.iterdir()) == []

    def test_a_fault_is_pointed_at(self, remote):
        refused = ask("level:feature helth:on_track")

        assert refused.exit_code == 1
        assert refused.output == (
            "Error: There is no field helth. Did you mean health?\n  level:feature helth:on_track\n"
            "                ^^^^^\n"
        )  # fmt: skip

    def test_any_other_refusal_is_told_in_the_servers_words(self, remote):
        assert ask("x", "--source", "nothing").output == "Error: There is no source 'nothing'.\n"

    def test_a_token_that_has_ended_is_told(self, remote, monkeypatch):
        monkeypatch.setenv("TRIMTAB_TOKEN", "tt_gone")

        assert "does not know this token (TRIMTAB_TOKEN)" in ask("x").output

    def test_nobody_there_is_told(self, remote, monkeypatch):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{taken.getsockname()[1]}"
            monkeypatch.setenv("TRIMTAB_URL", address)
            answer = ask("x")

        assert answer.exit_code == 1
        assert answer.output.startswith(f"Error: {address} cannot be reached (TRIMTAB_URL)")

    def test_somebody_else_there_is_told(self, remote, monkeypatch):
        stranger = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        thread = threading.Thread(target=stranger.handle_request)
        thread.start()
        monkeypatch.setenv("TRIMTAB_URL", f"http://127.0.0.1:{stranger.server_port}")
        answer = ask("x")
        thread.join()
        stranger.server_close()

        assert "answers 501, and not as Trimtab does. Is TRIMTAB_URL right?" in answer.output

    @pytest.mark.parametrize(
        ("url", "token", "arguments", "words"),
        [
            ("trimtab.example.com", "t", (), "TRIMTAB_URL is an address such as"),
            ("https://trimtab.example.com", "", (), "TRIMTAB_TOKEN holds a token"),
            ("https://trimtab.example.com", "t", ("--user", "ana@example.com"), "leave --user out"),
            ("", "t", (), "asked with --workspace and --user"),
        ],
    )
    def test_what_is_missing_is_told(self, monkeypatch, url, token, arguments, words):
        monkeypatch.setenv("TRIMTAB_URL", url)
        monkeypatch.setenv("TRIMTAB_TOKEN", token)
        refused = ask("x", *arguments)

        assert refused.exit_code != 0
        assert words in refused.output


def test_an_import_says_that_it_needs_the_database(remote, tmp_path):
    refused = CliRunner().invoke(imports.import_, [str(tmp_path), "--recipe", "x", "--workspace", "w", "--user", "u"])

    assert refused.exit_code == 1
    assert "An import needs the database itself: unset TRIMTAB_URL" in refused.output
