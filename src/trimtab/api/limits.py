"""How often one caller may ask. In this process alone: it guards against a runaway client, not against a crowd.

Sign-in is limited elsewhere, across all processes.
"""

import math
import threading
import time
from typing import Final

from trimtab.core.errors import RateLimited

RATE_PER_S: Final = 500.0
BURST: Final = 2_000.0
FAILURES_PER_S: Final = 0.5
FAILURES_BURST: Final = 30.0
_KEPT: Final = 10_000


class Buckets:
    """One bucket of tokens per key, refilled at ``rate`` a second up to ``burst``. Safe in threads."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._lock = threading.Lock()
        self._left: dict[bytes, tuple[float, float]] = {}

    def take(self, key: bytes, cost: float = 1.0) -> None:
        """Raises RateLimited, with the seconds to wait, when less than one is left; a ``cost`` of 0 only asks."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.get(key, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.rate)
            enough = left >= 1.0
            self._left[key] = (left - cost if enough else left, now)
            if len(self._left) > _KEPT:
                self._forget(now)
        if not enough:
            wait = math.ceil((1.0 - left) / self.rate)
            raise RateLimited("Too many requests. Come back later.", retry_after_s=wait)

    def _forget(self, now: float) -> None:
        full = [key for key, (left, at) in self._left.items() if left + (now - at) * self.rate >= self.burst]
        for key in full or list(self._left)[: _KEPT // 2]:
            del self._left[key]


calls = Buckets(RATE_PER_S, BURST)
failures = Buckets(FAILURES_PER_S, FAILURES_BURST)
