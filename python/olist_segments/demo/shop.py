"""The shop, which every part of a chunk of orders draws from."""

from dataclasses import dataclass

import numpy as np

from olist_segments.demo.catalogue import Products, Sellers
from olist_segments.demo.places import Places
from olist_segments.demo.planted import Planted


@dataclass
class Shop:
    """The shop, which every part of a chunk of orders draws from."""

    parameters: dict
    rng: np.random.Generator
    places: Places
    sellers: Sellers
    products: Products
    planted: Planted | None = None

    def quantile(self, values, uniform=None, size=None) -> np.ndarray:
        """Draw from the distribution that has these quantiles."""
        uniform = self.rng.random(size) if uniform is None else uniform
        return np.interp(uniform, self.parameters["probabilities"], values)

    def month_of(self, times: np.ndarray) -> np.ndarray:
        """Return the position of each time's month among the parameters' months."""
        months = np.array(list(self.parameters["months"]), dtype="datetime64[M]")
        return np.searchsorted(months, times.astype("datetime64[M]"))

    def quota(self, count: float, size: int) -> int:
        """Scale a count of the real data to a number of orders; at least 1."""
        return max(1, round(count * size / self.parameters["counts"]["orders"]))

    def some(self, count: float, among: np.ndarray, size: int) -> np.ndarray:
        """Choose a quota of positions without replacement."""
        wanted = min(self.quota(count, size), len(among))
        return self.rng.choice(among, wanted, replace=False)
