"""Workers that documents hurt: what they answer, what it costs the others, and that they end."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from flows.supervise_workers import Inline, Limits, Work, Workers, open_workers

pytestmark = pytest.mark.xdist_group("workers")

SUFFER = Work(f"{__name__}:suffer")
SMALL = Limits(seconds=0.3, memory=200 << 20)


def suffer(documents):
    """Do to this process what each document says; give what became of all of them."""
    return [f"{verdict.reason}: {document}" if verdict else done(document) for document, verdict in documents]


def done(document):
    """Do what one document says."""
    kind, _, rest = document.partition(" ")
    if kind in DEEDS:
        DEEDS[kind](rest)
    return f"done: {document}"


def spin(_):
    """Never come back."""
    while True:
        pass


def stumble(path):
    """End this process the first two times."""
    with Path(path).open("a") as counted:
        counted.write("x")
    if Path(path).stat().st_size < 3:
        os._exit(7)


def fail(words):
    """Fail as a program with a fault does."""
    raise ValueError(words)


DEEDS = {
    "spin": spin,
    "stumble": stumble,
    "raise": fail,
    "sleep": lambda _: time.sleep(60),
    "hoard": lambda _: bytearray(1 << 30),
    "die": lambda _: os.kill(os.getpid(), signal.SIGKILL),
}


@pytest.fixture(scope="module")
def workers():
    """Give two workers with small limits, shared by the tests."""
    with open_workers(SUFFER, 2, SMALL) as opened:
        yield opened


def test_documents_come_back_in_their_order(workers):
    """What is not hurt is worked through in order."""
    assert workers.submit(["a", "b", "c"]).result() == ["done: a", "done: b", "done: c"]


@pytest.mark.parametrize(("document", "reason"), [("spin", "timeout"), ("hoard", "memory"), ("die", "crash")])
def test_a_document_that_hurts_costs_no_other(workers, document, reason):
    """A document over its time or memory, or one that ends its process, is judged; its neighbours are done."""
    assert workers.submit(["a", document, "b"]).result() == ["done: a", f"{reason}: {document}", "done: b"]


def test_every_hostile_document_of_a_batch_is_judged(workers):
    """Several of them in one batch are judged one after the other."""
    batch = ["spin 1", "a", "hoard", "die", "b", "spin 2"]
    wanted = ["timeout: spin 1", "done: a", "memory: hoard", "crash: die", "done: b", "timeout: spin 2"]
    assert workers.submit(batch).result() == wanted


def test_one_death_is_no_verdict(workers, tmp_path):
    """A process that something else ended has its document tried again."""
    count = tmp_path / "count"
    assert workers.submit([f"stumble {count}", "a"]).result() == [f"done: stumble {count}", "done: a"]
    assert count.read_text() == "xxx"


def test_a_process_that_stands_still_is_killed():
    """Processor time is no bound for a process that waits: the wall's clock is, with patience."""
    with open_workers(SUFFER, 1, Limits(seconds=0.1)) as team:
        assert team.submit(["a", "sleep", "b"]).result(timeout=30)[::2] == ["done: a", "done: b"]


def test_an_error_of_the_work_reaches_who_waits(workers):
    """A fault of the program is raised where the result is asked for, and the worker goes on."""
    with pytest.raises(ValueError, match="a fault"):
        workers.submit(["raise a fault"]).result()
    assert workers.submit(["a"]).result() == ["done: a"]


def test_no_process_is_left():
    """Workers end with their block, also when they are in the middle of something."""
    before = set(active_children())
    team = Workers(SUFFER, 2, Limits(seconds=60))
    waiting = [team.submit(["spin"]) for _ in range(4)]
    while not (started := set(active_children()) - before):
        time.sleep(0.01)
    team.close()
    assert not started & set(active_children())
    assert waiting[-1].cancelled()


def test_inline_work_raises_when_asked():
    """Work in this process gives its result, or its error, by the same future."""
    assert Inline(SUFFER).submit(["a"]).result() == ["done: a"]
    with pytest.raises(ValueError, match="a fault"):
        Inline(SUFFER).submit(["raise a fault"]).result()


def test_an_empty_batch_is_no_reason_to_die():
    """What a process sets up for itself does not count as its documents' memory."""
    work = Work("flows.transform_batch:transform", {"mentions": False})
    with open_workers(work, 1, Limits(memory=64 << 20)) as team:
        assert team.submit([]).result().articles.num_rows == 0
