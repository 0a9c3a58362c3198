"""Draw from weights and distributions."""

import numpy as np

from olist_segments.project import SYNTHETIC_ENDING

DAY = 86_400
EPOCH = np.datetime64("1970-01-01T00:00:00")


def pick(rng, cumulative: np.ndarray, size: int) -> np.ndarray:
    """Draw positions in proportion to the steps of cumulative weights."""
    drawn = rng.random(size) * cumulative[-1]
    return np.minimum(
        np.searchsorted(cumulative, drawn, side="right"), len(cumulative) - 1
    )


def pick_columns(rng, weights: np.ndarray) -> np.ndarray:
    """Draw a column for each row of a table, in proportion to the row's weights."""
    table = np.cumsum(weights, axis=1, dtype=float)
    drawn = rng.random(len(table)) * table[:, -1]
    return (drawn[:, None] >= table).sum(axis=1)


def pick_key(rng, weights: dict[str, float], size: int) -> np.ndarray:
    """Draw whole numbers, the keys of weights, in proportion to the weights."""
    keys = np.array([int(key) for key in weights])
    return keys[pick(rng, np.cumsum(list(weights.values())), size)]


def pick_within(rng, cumulative, edges, group: np.ndarray) -> np.ndarray:
    """Draw one position per group; group g goes from edges[g] up to edges[g + 1]."""
    padded = np.concatenate([[0.0], cumulative])
    low, high = padded[edges[group]], padded[edges[group + 1]]
    drawn = np.searchsorted(
        cumulative, low + rng.random(len(group)) * (high - low), side="right"
    )
    return np.clip(drawn, edges[group], edges[group + 1] - 1)


def make_ids(rng, number: int) -> np.ndarray:
    """Return ids of 32 hexadecimal characters: 92 random bits and the ending."""
    ids = np.frombuffer(rng.bytes(16 * number).hex().encode(), dtype="S1")
    ids = ids.reshape(number, 32).copy()
    ending = np.frombuffer(SYNTHETIC_ENDING.encode(), dtype="S1")
    ids[:, -len(ending) :] = ending
    return ids.view("S32").ravel()


def seconds(values: np.ndarray) -> np.ndarray:
    """Return whole seconds as time differences."""
    return np.round(values).astype("timedelta64[s]")


def normal_cdf(z: np.ndarray) -> np.ndarray:
    """Return the standard normal distribution function, interpolated on a grid."""
    grid = np.linspace(-6, 6, 4001)
    density = np.exp(-(grid**2) / 2)
    cumulative = np.cumsum(density)
    return np.interp(z, grid, cumulative / cumulative[-1])
