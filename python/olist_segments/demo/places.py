"""Make the places of the demo data: zip prefixes, their cities and points."""

from dataclasses import dataclass

import numpy as np

from olist_segments.demo.csv_files import WRITE_ROWS, degrees_text, zip_text
from olist_segments.demo.draws import pick

# Distant points, as from mistyped coordinates: latitude, longitude.
_FAR_POINTS = np.array([[38.7, -9.1], [42.2, -8.7], [-34.9, -56.2], [14.6, 121.0]])
_PREFIX_LOG_SD = 0.8


@dataclass
class Places:
    """One entry per zip prefix, sorted by state."""

    prefix: np.ndarray
    state: np.ndarray
    city: np.ndarray
    lat: np.ndarray
    lng: np.ndarray
    weight: np.ndarray
    city_names: np.ndarray
    accented_names: np.ndarray
    state_names: np.ndarray
    has_point: np.ndarray


def make_places(parameters: dict, rng, orders: int) -> Places:
    """Draw zip prefixes per city, with points and shares of the customers."""
    scale = min(1.0, (orders / parameters["counts"]["orders"]) ** 0.5)
    taken = np.zeros(100_000, dtype=bool)
    names, accented, parts = [], [], []
    states = parameters["states"]

    def add(prefixes, state, name, accented_name, lat, lng, customers):
        spread = rng.normal(0, 0.04, (2, len(prefixes)))
        weight = rng.lognormal(0, _PREFIX_LOG_SD, len(prefixes))
        parts.append(
            (
                prefixes,
                np.full(len(prefixes), state),
                np.full(len(prefixes), len(names)),
                lat + spread[0],
                lng + spread[1],
                weight / weight.sum() * customers,
            )
        )
        names.append(name)
        accented.append(accented_name)

    def free_prefixes(zip_from, zip_to, count):
        free = zip_from + np.flatnonzero(~taken[zip_from : zip_to + 1])
        chosen = rng.choice(free, min(count, len(free)), replace=False)
        taken[chosen] = True
        return np.sort(chosen)

    for index, state in enumerate(states.values()):
        left_customers, left_prefixes = state["customers"], state["prefixes"]
        for name, accent, customers, prefixes, lat, lng, low, high in state["cities"]:
            chosen = free_prefixes(low, high, max(1, round(prefixes * scale)))
            if len(chosen) == 0:
                continue
            add(chosen, index, name, accent, lat, lng, customers)
            left_customers -= customers
            left_prefixes -= prefixes
        further = state["further_cities"]
        wanted = max(len(further), round(left_prefixes * scale))
        chosen = free_prefixes(state["zip_from"], state["zip_to"], wanted)
        share = left_customers / max(1, len(further))
        for (name, accent, lat, lng), own in zip(
            further, np.array_split(chosen, max(1, len(further))), strict=False
        ):
            if len(own):
                add(own, index, name, accent, lat, lng, share)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    # The share of a city without a free prefix goes to the rest of the state.
    customers = np.array([state["customers"] for state in states.values()])
    columns[5] *= (customers / np.bincount(columns[1], columns[5]))[columns[1]]
    return Places(
        *columns,
        city_names=np.array([name.encode() for name in names]),
        accented_names=np.array([name.encode() for name in accented]),
        state_names=np.array([name.encode() for name in states]),
        has_point=np.ones(len(columns[0]), dtype=bool),
    )


def remove_points(parameters, rng, orders, places, seller_place, sales_weight) -> None:
    """Leave some prefixes of customers and of sellers without geolocation."""
    counts = parameters["counts"]
    share = counts["customer_prefixes_without_place"] / counts["customer_prefixes"]
    rare = np.argsort(places.weight, kind="stable")[: len(places.weight) // 2]
    rare = np.setdiff1d(rare, seller_place)
    wanted = max(2, round(share * len(places.weight)))
    places.has_point[rng.choice(rare, wanted, replace=False)] = False
    sellers = counts["seller_prefixes_without_place"] * orders / counts["orders"]
    own = np.unique(seller_place[sales_weight > np.quantile(sales_weight, 0.7)])
    own = own[np.argsort(places.weight[own], kind="stable")][: max(1, len(own) // 4)]
    wanted = min(len(own), max(1, round(sellers)))
    places.has_point[rng.choice(own, wanted, replace=False)] = False


def write_geolocation(files, parameters: dict, rng, orders: int, places) -> None:
    """Write points around each prefix: a quarter twice, a few far from Brazil."""
    counts = parameters["counts"]
    known = np.flatnonzero(places.has_point)
    scale = min(1.0, orders / counts["orders"])
    rows = max(round(counts["geolocation"] * scale), 2 * len(known))
    distinct = round(rows * counts["geolocation_distinct"] / counts["geolocation"])
    weight = places.weight[known] ** 0.5 * rng.lognormal(0, 0.8, len(known))
    place = np.concatenate(
        [known, known[pick(rng, np.cumsum(weight), distinct - len(known))]]
    )
    lat = places.lat[place] + rng.normal(0, 0.006, distinct)
    lng = places.lng[place] + rng.normal(0, 0.006, distinct)
    far = rng.choice(
        distinct, max(1, round(counts["points_outside_brazil"] * scale)), replace=False
    )
    spots = _FAR_POINTS[np.arange(len(far)) % len(_FAR_POINTS)]
    lat[far] = spots[:, 0] + rng.normal(0, 0.05, len(far))
    lng[far] = spots[:, 1] + rng.normal(0, 0.05, len(far))
    accented = rng.random(distinct) < parameters["accented_share"]
    row = np.concatenate(
        [np.arange(distinct), rng.integers(0, distinct, rows - distinct)]
    )
    row = row[np.argsort(places.prefix[place[row]], kind="stable")]
    for start in range(0, rows, 4 * WRITE_ROWS):
        part = row[start : start + 4 * WRITE_ROWS]
        city = places.city[place[part]]
        files.write(
            "geolocation",
            zip_text(places.prefix[place[part]]),
            degrees_text(lat[part]),
            degrees_text(lng[part]),
            np.where(
                accented[part], places.accented_names[city], places.city_names[city]
            ),
            places.state_names[places.state[place[part]]],
        )
