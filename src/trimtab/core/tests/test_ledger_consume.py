"""Consumers read every change once, whatever order transactions end in."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from trimtab.core import ledger
from trimtab.core.tests.ledger_tables import World, tables  # noqa: F401

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def world():
    return World()


def insert(world, title, at=0):
    with world.inside(), world.writing(at):
        return world.insert("test_parent", title=title)


def read(world, limit=1000, name="feed", **how):
    with world.inside():
        return [change.fields["title"][1] for change in ledger.consume(name, limit, **how)]


def until_somebody_waits():
    """Return as soon as a connection waits for a lock."""
    with connections["owner"].cursor() as cursor:
        for _ in range(1000):
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    pytest.fail("nobody waited")


class TestConsume:
    def test_what_is_new_once(self, world):
        insert(world, "a")
        assert read(world) == ["a"]
        assert read(world) == []
        insert(world, "b")
        insert(world, "c")
        assert read(world) == ["b", "c"]

    def test_a_limit_loses_nothing(self, world):
        for title in "abcde":
            insert(world, title)
        assert read(world, 2) == ["a", "b"]
        insert(world, "f")
        assert [read(world, 2) for _ in range(4)] == [["c", "d"], ["e"], ["f"], []]

    def test_a_full_last_piece(self, world):
        for title in "ab":
            insert(world, title)
        assert [read(world, 2) for _ in range(2)] == [["a", "b"], []]
        insert(world, "c")
        assert read(world, 2) == ["c"]

    def test_a_reader_that_fails_has_read_nothing(self, world):
        insert(world, "a")
        with world.inside():
            assert len(ledger.consume("feed")) == 1
            transaction.set_rollback(True)
        assert read(world) == ["a"]

    def test_consumers_do_not_disturb_each_other(self, world):
        insert(world, "a")
        assert read(world, name="one") == ["a"]
        assert read(world, name="two") == ["a"]

    def test_from_now_on(self, world):
        insert(world, "a")
        assert read(world, from_start=False) == []
        insert(world, "b")
        assert read(world, from_start=False) == ["b"]

    def test_another_workspace_is_not_read(self, world):
        insert(World(), "a")
        assert read(world) == []

    def test_what_a_reader_itself_writes_is_read_next_time(self, world):
        insert(world, "a")
        with world.inside():
            with world.writing(1):
                world.insert("test_parent", title="before")
            elsewhere = threading.Thread(target=lambda: (insert(World(), "elsewhere"), connection.close()))
            elsewhere.start()  # a later transaction that ends earlier: the snapshot now lies beyond this one
            elsewhere.join()
            assert [c.fields["title"][1] for c in ledger.consume("feed")] == ["a"]
            with world.writing(2):
                world.insert("test_parent", title="after")
        assert read(world) == ["before", "after"]

    def test_an_open_transaction_stalls_nobody(self, world):
        with connections["owner"].cursor() as cursor, transaction.atomic("owner"):
            cursor.execute("select pg_current_xact_id()")
            insert(world, "a")
            assert read(world) == ["a"]

    def test_a_second_reader_waits_for_what_the_first_makes_of_it(self, world):
        read(world)
        insert(world, "a")
        second: list[list[str]] = []
        thread = threading.Thread(target=lambda: (second.append(read(world)), connection.close()))
        with world.inside():
            assert [c.fields["title"][1] for c in ledger.consume("feed")] == ["a"]
            thread.start()
            until_somebody_waits()
        thread.join()
        assert second == [[]]

    def test_says_who_and_why(self, world):
        with world.inside(), ledger.change_set(world.actor, at=world.clock(0).now, cause={"rule": 1}, note="Why"):
            world.insert("test_parent", title="a")
        with world.inside():
            (change,) = ledger.consume("feed")
        assert (change.actor_name, change.cause, change.note, change.op) == ("Ana Lima", {"rule": 1}, "Why", "I")


def test_under_slow_concurrent_writers_nothing_is_missed_or_repeated(world):
    """Eight writers whose transactions overlap, abort and end in any order, against two readers of one name."""
    written: list[str] = []
    seen: list[str] = []
    lock = threading.Lock()
    done = threading.Event()

    def write(seed):
        draw = random.Random(seed)
        for n in range(12):
            titles = [f"{seed}.{n}.{k}" for k in range(draw.randint(1, 3))]
            with world.inside():
                for k, title in enumerate(titles):
                    with world.writing(k):
                        world.insert("test_parent", title=title)
                    time.sleep(draw.random() * 0.02)
                aborts = draw.random() < 0.2
                transaction.set_rollback(aborts)
            if not aborts:
                with lock:
                    written.extend(titles)
        connection.close()

    def follow(seed):
        draw = random.Random(seed)
        while True:
            last = done.is_set()
            with world.inside():
                found = [c.fields["title"][1] for c in ledger.consume("feed", draw.choice([1, 3, 50]))]
                if draw.random() < 0.2:
                    transaction.set_rollback(True)
                    found, last = [], False
            with lock:
                seen.extend(found)
            if last and not found:
                break
        connection.close()

    with ThreadPoolExecutor(10) as pool:
        writers = [pool.submit(write, seed) for seed in range(8)]
        readers = [pool.submit(follow, seed) for seed in (100, 101)]
        for writer in writers:
            writer.result()
        done.set()
        for reader in readers:
            reader.result()
    assert len(seen) == len(set(seen)), "read twice"
    assert sorted(seen) == sorted(written)
