"""Sobol's points: the first of them in any number fill a cube of many dimensions evenly.

Point i is the exclusive or of the direction numbers of i's bits, in each dimension those of a
primitive polynomial over two elements:

    m_k = 2 a_1 m_(k-1) xor 4 a_2 m_(k-2) xor ... xor 2^s m_(k-s) xor m_(k-s)     v_k = m_k 2^-k

Polynomials and first m: S. Joe and F. Kuo, "Constructing Sobol sequences with better
two-dimensional projections" (2008), the list new-joe-kuo-6, its first fifty dimensions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 32
TABLE = """
3 1, 7 1 3, 11 1 3 1, 13 1 1 1, 19 1 1 3 3, 25 1 3 5 13, 37 1 1 5 5 17, 41 1 1 5 5 5,
47 1 1 7 11 19, 55 1 1 5 1 1, 59 1 1 1 3 11, 61 1 3 5 5 31, 67 1 3 3 9 7 49, 91 1 1 1 15 21 21,
97 1 3 1 13 27 49, 103 1 1 1 15 7 5, 109 1 3 1 15 13 25, 115 1 1 5 5 19 61,
131 1 3 7 11 23 15 103, 137 1 3 7 13 13 15 69, 143 1 1 3 13 7 35 63, 145 1 3 5 9 1 25 53,
157 1 3 1 13 9 35 107, 167 1 3 1 5 27 61 31, 171 1 1 5 11 19 41 61, 185 1 3 5 3 3 13 69,
191 1 1 7 13 1 19 1, 193 1 3 7 5 13 19 59, 203 1 1 3 9 25 29 41, 211 1 3 5 13 23 1 55,
213 1 3 7 3 13 59 17, 229 1 3 1 3 5 53 69, 239 1 1 5 5 23 33 13, 241 1 1 7 7 1 61 123,
247 1 1 7 9 13 61 49, 253 1 3 3 5 3 55 33, 285 1 3 1 15 31 13 49 245, 299 1 3 5 15 31 59 63 97,
301 1 3 1 11 11 11 77 249, 333 1 3 1 11 27 43 71 9, 351 1 1 7 15 21 11 81 45,
355 1 3 7 3 25 31 65 79, 357 1 3 1 1 19 11 3 205, 361 1 1 5 9 19 21 29 157,
369 1 3 7 11 1 33 89 185, 391 1 3 3 3 15 9 79 71, 397 1 3 7 11 15 39 119 27,
425 1 1 3 1 11 31 97 225, 451 1 1 1 3 23 43 57 177
"""
"""A dimension each, from the second on: its polynomial as a number, then its first m."""
DIMENSIONS = TABLE.count(",") + 2
Bits = NDArray[np.uint32]


def points(dimensions: int, count: int) -> Bits:
    """The first points, a row each, of numbers of 32 bits: 2^32 times a number of 0 to 1."""
    directions = _directions()[:dimensions]
    number = np.arange(count, dtype=np.uint32)
    sequence = np.zeros((count, dimensions), dtype=np.uint32)
    for bit in range(max(1, (count - 1).bit_length())):
        here = (number >> np.uint32(bit) & np.uint32(1)).astype(bool)
        sequence[here] ^= directions[:, bit]
    return sequence


def _directions() -> Bits:
    """Row by row the direction numbers of a dimension."""
    first = [1 << (BITS - 1 - bit) for bit in range(BITS)]
    rows = [first]
    for line in TABLE.split(","):
        polynomial, *known = map(int, line.split())
        rows.append(_row(polynomial, known))
    return np.array(rows, dtype=np.uint32)


def _row(polynomial: int, known: list[int]) -> list[int]:
    degree = len(known)
    numbers = list(known)
    for at in range(degree, BITS):
        number = numbers[at - degree] ^ (numbers[at - degree] << degree)
        for back in range(1, degree):
            if polynomial >> (degree - back) & 1:
                number ^= numbers[at - back] << back
        numbers.append(number)
    return [number << (BITS - 1 - at) for at, number in enumerate(numbers)]
