import json
from pathlib import Path
from typing import Any

import pytest

from trimtab.integrations.files.reading import BadFile, Reading, Table, open_table


def written(folder: Path, content: Any, **told: Any) -> Table:
    path = folder / "issues.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return open_table(path, Reading(**told))


def rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows()]


class TestRecords:
    def test_columns_are_paths(self, tmp_path: Path) -> None:
        table = written(tmp_path, [{"key": "A", "fields": {"status": {"name": "Done"}, "points": 2.5, "done": True}}])

        assert rows(table) == [
            {"key": "A", "fields.status.name": "Done", "fields.points": "2.5", "fields.done": "true"}
        ]

    def test_several_values_of_one_path_are_lines(self, tmp_path: Path) -> None:
        table = written(tmp_path, [{"labels": [{"name": "a"}, {"name": "b"}], "tags": ["x", "y"], "body": None}])

        assert rows(table) == [] or rows(table)[0] == {"labels.name": "a\nb", "tags": "x\ny", "body": ""}

    def test_later_records_may_have_more_columns(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, [{"a": 1}, {"b": 2}])) == [{"a": "1", "b": ""}, {"a": "", "b": "2"}]

    @pytest.mark.parametrize("key", ["issues", "data", "anything"])
    def test_may_lie_inside_an_object(self, tmp_path: Path, key: str) -> None:
        assert rows(written(tmp_path, {"total": 1, "names": ["x"], key: [{"a": "1"}], "z": 1})) == [{"a": "1"}]

    def test_may_lie_deep(self, tmp_path: Path) -> None:
        assert rows(written(tmp_path, {"data": {"issues": {"nodes": [{"a": "1"}]}}})) == [{"a": "1"}]

    def test_an_inner_list_is_a_sheet_with_what_is_around_it(self, tmp_path: Path) -> None:
        content = [{"key": "A", "changelog": {"histories": [
            {"created": "2026-01-01", "items": [{"field": "status", "to": "Done"}, {"field": "owner", "to": "Ana"}]}
        ]}}]  # fmt: skip
        table = written(tmp_path, content, sheet="changelog.histories.items")

        prefix = "changelog.histories"
        assert rows(table) == [
            {"key": "A", f"{prefix}.created": "2026-01-01", f"{prefix}.items.field": field, f"{prefix}.items.to": to}
            for field, to in (("status", "Done"), ("owner", "Ana"))
        ]
        assert table.sheets == ("", "changelog.histories", "changelog.histories.items")

    def test_custom_fields_that_bring_their_name_are_called_so(self, tmp_path: Path) -> None:
        field = {"id": "customfield_1", "name": "Story points", "value": 3}

        assert written(tmp_path, [{"fields": {"customfield_1": field}}]).headers == ("fields.Story points",)

    def test_a_record_may_be_longer_than_a_block(self, tmp_path: Path) -> None:
        table = written(tmp_path, [{"a": "x" * 3_000_000}, {"a": "y"}])

        assert [len(row.cells[0]) for row in table.rows()] == [3_000_000, 1]


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ("{", "broken JSON"), ('[{"a": 1}', "broken JSON|holds"), ('[{"a": }]', "broken JSON"),
            ('{"a": 1}', "no list of records"), ('{"a": [1, 2]}', "no list of records"), ("[]", "no records"),
            ("[" * 100_000, "cannot be read|broken JSON"), ('[{"a": ' + "9" * 5000 + "}]", "cannot be read"),
        ],
    )  # fmt: skip
    def test_say_what_is_wrong(self, tmp_path: Path, content: str, problem: str) -> None:
        with pytest.raises(BadFile, match=problem):
            list(written(tmp_path, content, format="json").rows())

    def test_a_record_too_long_to_hold(self, tmp_path: Path) -> None:
        with pytest.raises(BadFile, match="a record in it has more than"):
            written(tmp_path, '[{"a": "' + "x" * (80 << 20) + '"}]')

    def test_too_many_columns(self, tmp_path: Path) -> None:
        with pytest.raises(BadFile, match="more than 2,000 columns"):
            written(tmp_path, [{f"c{number}": 1 for number in range(2001)}])

    def test_a_list_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadFile, match="no list “gone”"):
            written(tmp_path, [{"a": 1}], sheet="gone")
