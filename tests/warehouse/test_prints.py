"""The fingerprints that a process keeps in memory, beside the table that they stand for."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from warehouse.prints import Prints

HASHES = [*range(50), 2**32 - 1]


@pytest.fixture
def archive():
    """Give an archive of nothing but fingerprints."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE texts_state AS SELECT 0::UBIGINT AS digest")
        connection.execute("CREATE TABLE fingerprints (text_number INTEGER, hash UINTEGER)")
        connection.execute("CREATE TABLE retired_texts (text_number INTEGER)")
        yield connection


def put(connection, name, **columns):
    kinds = {"hash": pa.uint32(), "text_number": pa.int32()}
    connection.register(name, pa.table({column: pa.array(values, kinds[column]) for column, values in columns.items()}))


def link(connection, prints, come, gone, asked, compared, *, is_settled=True):
    """Ask and change the fingerprints as the linking of a batch does; gives both answers."""
    prints.prepare(connection)
    pairs = [(number, value) for number, values in come.items() for value in values]
    put(connection, "come_prints", text_number=[pair[0] for pair in pairs], hash=[pair[1] for pair in pairs])
    put(connection, "asked", hash=asked)
    put(connection, "compared", text_number=compared)
    prints.find_holders(connection)
    connection.executemany("INSERT INTO retired_texts VALUES (?)", [[number] for number in gone] or [[0]])
    holders = connection.execute(
        "SELECT hash, text_number FROM found_holders ANTI JOIN retired_texts USING (text_number)"
    )
    answers = [sorted(holders.fetchall())]
    connection.execute(
        "UPDATE texts_state SET digest = hash(digest, (SELECT bit_xor(hash(text_number, hash)) FROM come_prints))"
    )
    connection.execute("INSERT INTO fingerprints SELECT text_number, hash FROM come_prints")
    prints.find_prints(connection)
    answers.append(sorted(connection.execute("SELECT text_number, hash FROM prints").fetchall()))
    if is_settled:
        prints.settle(connection)
    return answers


@pytest.mark.parametrize("patience", [0, 3, 100])
@pytest.mark.parametrize("seed", range(3))
def test_memory_answers_as_the_table_does(archive, seed, patience):
    """Whatever comes, goes and is rolled back, the answers are those of all texts that are there."""
    rng, prints, texts, last = random.Random(seed), Prints(patience), {}, 0
    for _ in range(20):
        numbers = sorted(texts)
        gone = [number for number in numbers if rng.random() < (0.1 if number < numbers[-1] else 0.3)]
        count = rng.randrange(5) if gone else rng.randrange(1, 9)
        come = {last + 1 + n: sorted(rng.sample(HASHES, rng.randrange(1, 9))) for n in range(count)}
        after = {number: values for number, values in (texts | come).items() if number not in gone}
        asked, compared = sorted(rng.sample(HASHES, 20)), rng.sample(sorted(after), min(3, len(after)))
        with archive.cursor() as connection:
            connection.execute("BEGIN")
            is_kept = rng.random() < 0.8
            is_settled = is_kept or rng.random() < 0.5
            holders, found = link(connection, prints, come, gone, asked, compared, is_settled=is_settled)
            connection.execute("COMMIT" if is_kept else "ROLLBACK")
        assert holders == sorted(
            (value, number) for number in texts.keys() - gone for value in texts[number] if value in asked
        )
        assert found == sorted((number, value) for number in compared for value in after[number])
        texts, last = (after, last + count) if is_kept else (texts, last)


def test_memory_is_not_asked_about_another_time(archive):
    """Where another process changed the table since it was read, it is read anew."""
    prints, others = Prints(patience=0), Prints(patience=0)
    link(archive.cursor(), prints, {1: [7], 2: [7, 8]}, [], [7], [])
    link(archive.cursor(), others, {3: [9, 10]}, [2], [7], [])
    holders, found = link(archive.cursor(), prints, {4: [9]}, [], [7, 9], [3])
    assert holders == [(7, 1), (9, 3)]
    assert found == [(3, 9), (3, 10)]
