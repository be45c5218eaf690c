"""Reproducible chance: the same seed and name give the same draws on every machine.

Python's own `random` promises this for `random()` only, and mathematical functions differ between
C libraries, so everything here is integer arithmetic (the SplitMix64 generator).
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

MASK_64 = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15

Item = TypeVar("Item")


class Chance:
    """A stream of draws that depends on nothing but the seed and the stream's name."""

    def __init__(self, seed: int, *name: object) -> None:
        """Start the stream of `name` (its parts are joined as text) under `seed`."""
        text = "/".join(str(part) for part in (seed, *name))
        self._state = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    def bits(self) -> int:
        """Return the next 64 bits as an integer."""
        self._state = (self._state + GOLDEN_GAMMA) & MASK_64
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK_64
        return mixed ^ (mixed >> 31)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.bits() % (high - low + 1)

    def happens(self, per_thousand: int) -> bool:
        """Return true in `per_thousand` of 1000 draws."""
        return self.bits() % 1000 < per_thousand

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of `items`, each as likely as the others."""
        return items[self.bits() % len(items)]

    def weighted(self, items: Sequence[tuple[Item, int]]) -> Item:
        """Return the item of one of the `(item, weight)` pairs; weights are whole numbers.

        Raises:
            ZeroDivisionError: the weights add up to nothing.
        """
        point = self.bits() % sum(weight for _, weight in items)
        for item, weight in items:
            if point < weight:
                return item
            point -= weight
        raise AssertionError("the point lies within the sum of the weights")

    def uuid(self) -> str:
        """Return a text that looks like a random UUID (version 4)."""
        return str(UUID(int=self.bits() << 64 | self.bits(), version=4))
