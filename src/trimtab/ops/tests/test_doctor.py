from trimtab.ops import doctor
from trimtab.ops.doctor import Verdict
from trimtab.ops.postgres import Database


def test_a_database_that_does_not_answer_is_one_failure_and_what_to_do():
    nowhere = "postgresql://trimtab_app@/trimtab?host=/nowhere"

    (found,) = doctor.check_database(Database(nowhere, nowhere, "PostgreSQL at DATABASE_URL"))

    assert (found.verdict, found.about) == (Verdict.FAIL, "database")
    assert "/nowhere" in found.seen
    assert "\n" not in found.seen
    assert "DATABASE_URL" in found.mend
