"""What must hold before anybody is served."""

import json

import pytest
from django.db import connections
from django.test import Client

from trimtab.api import health, startup
from trimtab.api.export_openapi import main


class TestCheckRole:
    def test_the_applications_role_is_fine(self):
        startup.check_role()

    def test_an_owner_of_tables_is_refused_with_what_to_do(self, monkeypatch):
        monkeypatch.setattr(startup, "connection", connections["owner"])

        with pytest.raises(startup.UnsafeRole, match=r"owns tables.*TRIMTAB_OWNER_URL"):
            startup.check_role()


class TestHealth:
    def test_a_living_process_says_so(self):
        assert Client().get("/healthz").json() == {"status": "ok"}

    def test_one_with_a_whole_database_is_ready(self):
        assert Client().get("/readyz").status_code == 200

    def test_one_without_its_migrations_is_not(self, monkeypatch):
        monkeypatch.setattr(health, "_missing", lambda: 2)
        response = Client().get("/readyz")

        assert response.status_code == 503
        assert "trimtab migrate" in response.json()["reason"]


class TestExport:
    def test_the_description_in_the_repository_is_fresh(self):
        assert main(["--check"]) == 0

    def test_a_stale_one_is_reported(self, monkeypatch, tmp_path, capsys):
        stale = tmp_path / "openapi.json"
        stale.write_text("{}")
        monkeypatch.setattr("trimtab.api.export_openapi.TARGET", stale)

        assert main(["--check"]) == 1
        assert "stale" in capsys.readouterr().err
        assert main([]) == 0
        assert json.loads(stale.read_text())["openapi"]
