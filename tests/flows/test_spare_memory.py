from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys
from flows.spare_memory import spare_memory

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if sys.argv[1] == "spare":
    spare_memory()
import pyarrow
before = held()
pieces = [bytes([number % 256]) * 200_000 for number in range(1_000)]
kept = [pieces[number][:100] for number in range(0, 1_000, 10)]
del pieces
names = {name: os.environ.get(name) for name in ("ARROW_DEFAULT_MEMORY_POOL", "MALLOC_ARENA_MAX")}
print(json.dumps({"left": held() - before, "pool": pyarrow.default_memory_pool().backend_name, **names}))
"""


def told(**environment: str) -> dict[str, object]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "ARROW_"))}
    run = [sys.executable, "-c", PROGRAM, "spare"]
    done = subprocess.run(run, env=clean | environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_freed_memory_goes_back():
    """What was freed is not kept, and processes that are started from here do the same."""
    found = told()
    assert found["left"] < 20_000_000
    assert (found["pool"], found["ARROW_DEFAULT_MEMORY_POOL"], found["MALLOC_ARENA_MAX"]) == ("system", "system", "2")


def test_a_setting_of_the_environment_stands():
    """Who sets these for the machine knows why."""
    found = told(MALLOC_ARENA_MAX="8", ARROW_DEFAULT_MEMORY_POOL="mimalloc")
    assert (found["pool"], found["MALLOC_ARENA_MAX"]) == ("mimalloc", "8")
