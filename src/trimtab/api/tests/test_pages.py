"""The client's files, and what stands in their place."""

from wsgiref.util import setup_testing_defaults

import pytest

from trimtab.api.pages import Pages


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Trimtab</title>")
    (tmp_path / "assets" / "index-3f2a.js").write_text("export {}")
    return Pages(tmp_path)


def ask(pages, path, method="GET"):
    environ, answer = {}, {}
    setup_testing_defaults(environ)
    environ |= {"PATH_INFO": path, "REQUEST_METHOD": method}

    def start_response(status, headers):
        answer.update(status=int(status[:3]), headers={name.lower(): value for name, value in headers})

    body = b"".join(pages(environ, start_response))
    return answer["status"], answer["headers"], body


class TestPages:
    def test_hashed_files_may_be_kept_for_ever(self, built):
        status, headers, body = ask(built, "/assets/index-3f2a.js")

        assert (status, body) == (200, b"export {}")
        assert "immutable" in headers["cache-control"]

    @pytest.mark.parametrize("path", ["/", "/items/TT-7", "/sign-in"])
    def test_every_address_of_the_client_is_its_one_page(self, built, path):
        status, headers, body = ask(built, path)

        assert (status, body[:15]) == (200, b"<!doctype html>")
        assert "max-age=0" in headers["cache-control"]
        assert "script-src 'self'" in headers["content-security-policy"]

    @pytest.mark.parametrize("path", ["/assets/gone-1.js", "/favicon.ico"])
    def test_a_missing_file_is_missing(self, built, path):
        assert ask(built, path)[0] == 404

    def test_a_page_is_only_read(self, built):
        assert ask(built, "/items", "POST")[0] == 405

    def test_without_a_client_it_says_how_to_get_one(self, tmp_path):
        status, _, body = ask(Pages(tmp_path / "absent"), "/")

        assert status == 503
        assert b"make client" in body
