"""Processes that work through documents and can be killed: a document that hurts its process costs no other.

Pages are made by strangers, and a page may be built so that a parser never comes back from it or takes all memory.
So each document has its limits. What goes over them is killed with its process; a new process takes the rest of the
batch, and the document is handed to it with a verdict in the place of its time.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
R = TypeVar("R")

_TRIES = 3  # deaths that no limit explains before a document is given up
_PATIENCE = 6.0  # a process that stands still for so many times the limit by the wall's clock is lost
_SPAWN = get_context("spawn")  # shares nothing with this process: no connection, no lock, no thread


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: seconds of processor time, and bytes of memory on top of the program's own."""

    seconds: float = 10.0
    memory: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a document is not worked on: `timeout`, `memory` or `crash`, with what was seen."""

    reason: str
    detail: str


Judged = tuple[T, Verdict | None]


@dataclass(frozen=True, slots=True)
class Work(Generic[T, R]):
    """A function, named as `module:function` so that who only hands out work need not import it, and its settings.

    It takes an iterable of (document, verdict) and gives one result for all of them.
    """

    function: str
    settings: dict[str, Any] = field(default_factory=dict)

    def load(self) -> Callable[[Iterable[Judged[T]]], R]:
        """Import the function."""
        module, _, name = self.function.partition(":")
        return partial(getattr(import_module(module), name), **self.settings)


@dataclass(frozen=True, slots=True)
class Means:
    """With what documents are transformed: so many processes (none: this one, and no limits), limits, and how far.

    `rules` are the texts of rule files beside those that are shipped.
    """

    jobs: int = 1
    limits: Limits = field(default_factory=Limits)
    mentions: bool = True
    rules: tuple[str, ...] = ()


class Team(Protocol[T_contra, R]):
    """Whoever works through a list of documents, now or later."""

    def submit(self, documents: Sequence[T_contra]) -> Future[R]:
        """Take a list of documents; the future holds what the work gives for it."""
        ...


class Inline(Generic[T, R]):
    """Work done in this process at once, for documents that cannot hurt it."""

    def __init__(self, work: Work[T, R]) -> None:
        self._work = work.load()

    def submit(self, documents: Sequence[T]) -> Future[R]:
        """Work through the documents before this returns."""
        future: Future[R] = Future()
        try:
            future.set_result(self._work((document, None) for document in documents))
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who waits gets it)
            future.set_exception(error)
        return future


class Workers(Generic[T, R]):
    """Up to `jobs` processes, each watched by a thread of this one. The first starts at once, others as there is work."""

    def __init__(self, work: Work[T, R], jobs: int, limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="watch")
        self._lock = threading.Lock()
        self._closed = False
        self._started = [_Worker(work, limits)]
        self._idle = list(self._started)

    def submit(self, documents: Sequence[T]) -> Future[R]:
        """Give the documents to the next process that is free."""
        return self._threads.submit(self._through, documents)

    def close(self) -> None:
        """End every process and drop what waits."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            for worker in self._started:
                worker.kill()
        self._threads.shutdown(wait=True)

    def _through(self, documents: Sequence[T]) -> R:
        verdicts: dict[int, Verdict] = {}
        deaths: Counter[int] = Counter()
        while True:
            worker = self._take()
            try:
                result: R = worker.work(documents, verdicts)
            except _HurtError as hurt:
                deaths[hurt.place] += 1
                if hurt.place < 0 and deaths[hurt.place] >= _TRIES:
                    raise RuntimeError(f"processes end before their first document: {hurt.verdict.detail}") from None
                if hurt.place >= 0 and (hurt.verdict.reason != "crash" or deaths[hurt.place] >= _TRIES):
                    verdicts[hurt.place] = hurt.verdict
            else:
                self._idle.append(worker)
                return result

    def _take(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise CancelledError
            if self._idle:
                return self._idle.pop()
            self._started.append(worker := _Worker(self._work, self._limits))
            return worker


@contextmanager
def open_workers(work: Work[T, R], jobs: int, limits: Limits) -> Iterator[Workers[T, R]]:
    """Give workers, and end them however the block ends."""
    workers = Workers(work, jobs, limits)
    try:
        yield workers
    finally:
        workers.close()


class _HurtError(Exception):
    """A process that did not come back from the document at `place`, or from before the first (-1)."""

    def __init__(self, place: int, verdict: Verdict) -> None:
        super().__init__(verdict.detail)
        self.place, self.verdict = place, verdict


class _Worker:
    """One process, seen from outside."""

    def __init__(self, work: Work[Any, Any], limits: Limits) -> None:
        # The judge of pages multiplies small matrices; threads would only stand in the way of the other processes.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self._limits = limits
        self._pipe, theirs = _SPAWN.Pipe()
        self._place = _SPAWN.RawValue("q", -1)
        self._process = _SPAWN.Process(target=_serve, args=(theirs, self._place, work, limits), daemon=True)
        self._process.start()
        theirs.close()

    def work(self, documents: Sequence[Any], verdicts: dict[int, Verdict]) -> Any:
        """Send documents and wait for what becomes of them; raise _HurtError if the process does not come back."""
        self._place.value = -1
        try:
            self._pipe.send((documents, verdicts))
            self._wait()
            kind, answer = self._pipe.recv()
        except (EOFError, OSError):
            raise self._hurt() from None
        if kind == "memory":
            self._process.join()
            raise _HurtError(answer, Verdict("memory", f"needed more than {self._limits.memory} bytes"))
        if kind == "raised":
            raise answer
        return answer

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()

    def _wait(self) -> None:
        """Wait for an answer; kill a process that stands still without using the processor."""
        place = self._place.value
        while not self._pipe.poll(_PATIENCE * self._limits.seconds):
            if place >= 0 and place == self._place.value:
                self._process.kill()
                return
            place = self._place.value

    def _hurt(self) -> _HurtError:
        self._process.join()
        code, place = self._process.exitcode or 0, self._place.value
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return _HurtError(place, Verdict("timeout", f"took more than {self._limits.seconds:g} s of processor time"))
        return _HurtError(place, Verdict("crash", f"ended its process ({_named(code)}) {_TRIES} times"))


def _named(code: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"signal {-code}"


def _serve(pipe: Connection, place: Any, work: Work[Any, Any], limits: Limits) -> None:
    """Work until the other end of the pipe is closed. Runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who watches decides when to stop
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, in the middle of C code too
    do = work.load()
    do(iter(()))  # what is set up once, Arrow's arena above all, is no document's doing
    _bound_memory(limits.memory)
    while True:
        try:
            documents, verdicts = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = "done", do(_watched(documents, verdicts, place, limits.seconds))
        except MemoryError:
            answer = "memory", place.value
        except Exception as error:  # noqa: BLE001  (it is raised where the result is waited for)
            answer = "raised", error
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        with suppress(BrokenPipeError):
            pipe.send(answer)
        if answer[0] == "memory":
            return


def _watched(
    documents: Sequence[Any], verdicts: dict[int, Verdict], place: Any, seconds: float
) -> Iterator[Judged[Any]]:
    """Hand out documents one by one, each with a fresh clock."""
    for number, document in enumerate(documents):
        place.value = number
        signal.setitimer(signal.ITIMER_PROF, seconds)
        yield document, verdicts.get(number)


def _bound_memory(extra: int) -> None:
    """Let the process take so many bytes more than it has now, where the system says how many that are."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + extra
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
