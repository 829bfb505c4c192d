import os
import subprocess
import sys


def test_a_database_that_does_not_answer_is_told_in_a_sentence():
    nowhere = "postgresql://trimtab_app@/trimtab?host=/nowhere"
    command = [sys.executable, "-m", "trimtab.cli", "query", "level:bet", "--workspace", "x", "--user", "a@example.com"]
    done = subprocess.run(
        command,
        env=os.environ | {"DATABASE_URL": nowhere, "TRIMTAB_OWNER_URL": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database does not answer: ")
    assert "trimtab doctor" in done.stderr
    assert "Traceback" not in done.stderr
