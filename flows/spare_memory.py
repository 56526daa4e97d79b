"""Memory that is not needed any more given back: without it processes keep the most that they ever needed."""

from __future__ import annotations

import ctypes
import os

_LARGE = 128 * 1024
# Names and numbers of glibc's mallopt(3): what is that large is mapped by itself and unmapped when freed, the end of the
# heap is given back from that size on, and threads share two heaps.
_SETTINGS = {
    "MALLOC_MMAP_THRESHOLD_": (-3, _LARGE),
    "MALLOC_TRIM_THRESHOLD_": (-1, _LARGE),
    "MALLOC_ARENA_MAX": (-8, 2),
}


def spare_memory() -> None:
    """Have freed memory go back to the system soon, here and in the processes that are started from here.

    A setting of the environment stands over ours. Where the C library is none of GNU's only Arrow's memory is spared.
    """
    import pyarrow as pa  # noqa: PLC0415  (this module is imported by what may not need it)

    if os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system") == "system":
        pa.set_memory_pool(pa.system_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    for name, (number, value) in _SETTINGS.items():
        if os.environ.setdefault(name, str(value)) == str(value) and mallopt:
            mallopt(number, value)
