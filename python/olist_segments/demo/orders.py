"""Make orders: people, homes, purchase times and statuses."""

import numpy as np

from olist_segments.demo.csv_files import quoted_ids, time_text, zip_text
from olist_segments.demo.draws import (
    DAY,
    make_ids,
    pick,
    pick_key,
    pick_within,
    seconds,
)
from olist_segments.demo.planted import deliver_last_orders, plant_people
from olist_segments.demo.shop import Shop

LAST_PURCHASE = np.datetime64("2018-10-17T17:30:18")


def make_orders(shop: Shop, size: int) -> dict[str, np.ndarray]:
    """Draw people, homes, times and statuses; orders of a person are adjacent."""
    rng = shop.rng
    target = None
    if shop.planted:
        target = plant_people(shop, size)
        person, rank, bought = (target[key] for key in ("person", "rank", "bought"))
        # As in the real data, the last purchase ends the data.
        bought[np.argmax(bought)] = LAST_PURCHASE
    else:
        person, rank = _draw_people(shop, size)
        bought = _draw_purchases(shop, person, rank)
    place = _draw_homes(shop, person, rank)
    status = _draw_statuses(shop, bought)
    if shop.planted:
        deliver_last_orders(target, status)
    shares = shop.parameters["no_item_shares"]
    names = np.array(list(shares))
    no_item = np.array(list(shares.values()))[status]
    lines = pick_key(rng, shop.parameters["lines_per_order"], size)
    lines[rng.random(size) < no_item] = 0
    for name in ("unavailable", "canceled"):
        lines[np.flatnonzero(status == np.flatnonzero(names == name)[0])[:1]] = 0
    return {
        "order_id": make_ids(rng, size),
        "customer_id": make_ids(rng, size),
        "person_id": make_ids(rng, int(person[-1]) + 1)[person],
        "person": person,
        "place": place,
        "status": status,
        "status_names": names,
        "bought": bought,
        "lines": lines,
        "target": target,
    }


def write_customers(files, shop: Shop, orders: dict, shuffled) -> None:
    """Write one row per order: its copy of the person and the home."""
    places, place = shop.places, orders["place"][shuffled]
    files.write(
        "customers",
        quoted_ids(orders["customer_id"][shuffled]),
        quoted_ids(orders["person_id"][shuffled]),
        zip_text(places.prefix[place]),
        places.city_names[places.city[place]],
        places.state_names[places.state[place]],
    )


def write_orders(files, orders: dict, shuffled) -> None:
    """Write status and times of each order."""
    names = orders["status_names"].astype("S")
    files.write(
        "orders",
        quoted_ids(orders["order_id"][shuffled]),
        quoted_ids(orders["customer_id"][shuffled]),
        names[orders["status"][shuffled]],
        *(
            time_text(orders[key][shuffled])
            for key in ("bought", "approved", "carried", "delivered", "estimated")
        ),
    )


def _draw_people(shop: Shop, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the person of each order and the order's rank within the person."""
    repeats = []
    for orders, people in shop.parameters["orders_per_person"].items():
        if orders == "1":
            continue
        expected = people * size / shop.parameters["counts"]["orders"]
        number = int(expected) + (shop.rng.random() < expected % 1)
        repeats += [int(orders)] * (max(1, number) if orders in "23" else number)
    orders = np.array([*repeats, *[1] * (size - sum(repeats))])
    orders = shop.rng.permutation(orders)
    person = np.repeat(np.arange(len(orders)), orders)
    starts = np.cumsum(orders) - orders
    return person, np.arange(size) - starts[person]


def _draw_purchases(shop: Shop, person, rank) -> np.ndarray:
    """Draw purchase times by month, day and hour; later orders follow after a gap."""
    rng, parameters, size = shop.rng, shop.parameters, len(person)
    days, weights = _calendar(parameters, size)
    hours = np.array(parameters["hour_orders"], dtype=float)
    day = np.repeat(days, weights)
    hour = pick(rng, np.cumsum(hours), size)
    bought = day.astype("datetime64[s]") + hour * 3600 + rng.integers(0, 3600, size)
    # The data end with the last purchase.
    bought = np.sort(np.minimum(bought, LAST_PURCHASE))
    bought[-1] = LAST_PURCHASE
    wished = rng.permutation(bought)
    gap = seconds(shop.quantile(parameters["gap_days"], size=size) * DAY)
    end = bought[int(0.999 * size)]
    for step in range(1, int(rank.max()) + 1):
        now = np.flatnonzero(rank == step)
        later = wished[now - 1] + gap[now]
        wished[now] = np.where(later < end, later, wished[now - 1] - gap[now])
    # The wanted times keep their order but take the drawn times: months stay exact.
    result = np.empty_like(bought)
    result[np.argsort(wished, kind="stable")] = bought
    return result


def _calendar(parameters: dict, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return days and the orders of each, exact in total."""
    months = parameters["months"]
    weekday = np.array(parameters["weekday_orders"], dtype=float)
    days, weights = [], []
    for month, facts in months.items():
        first = np.datetime64(month, "M").astype("datetime64[D]")
        own = first + np.arange(facts["first_day"] - 1, facts["last_day"])
        share = weekday[(own.astype(np.int64) + 3) % 7] * [
            parameters["week_paces"].get(str(monday), 1)
            for monday in own - (own.astype(np.int64) + 3) % 7
        ]
        share /= share.sum()
        for position, day in enumerate(own.astype(str)):
            peak = parameters["peak_days"].get(day)
            if peak is not None:
                share[position] = 0
                share *= (1 - peak) / share.sum()
                share[position] = peak
        days.append(own)
        weights.append(share * facts["orders"])
    exact = np.concatenate(weights)
    exact *= size / exact.sum()
    orders = np.floor(np.cumsum(exact) + 0.5).astype(np.int64)
    orders[-1] = size
    return np.concatenate(days), np.diff(orders, prepend=0)


def _draw_homes(shop: Shop, person, rank) -> np.ndarray:
    """Draw a home per person; a few move within their state between two orders."""
    rng, places = shop.rng, shop.places
    cumulative = np.cumsum(places.weight)
    home = pick(rng, cumulative, int(person[-1]) + 1)[person]
    moved = (rank == 1) & (rng.random(len(person)) < shop.parameters["moved_share"])
    movers = np.isin(person, person[moved]) & (rank > 0)
    edges = np.searchsorted(places.state, np.arange(len(places.state_names) + 1))
    fresh = pick_within(rng, cumulative, edges, places.state[home[moved]])
    new_home = np.zeros(int(person[-1]) + 1, dtype=np.int64)
    new_home[person[moved]] = fresh
    return np.where(movers, new_home[person], home)


def _draw_statuses(shop: Shop, bought: np.ndarray) -> np.ndarray:
    """Draw each order's status, given its month; every status occurs."""
    rng, size = shop.rng, len(bought)
    names = list(shop.parameters["no_item_shares"])
    months = shop.parameters["months"]
    rates = np.array(
        [
            [m["statuses"].get(name, 0) / m["orders"] for name in names]
            for m in months.values()
        ]
    )
    month = shop.month_of(bought)
    status = np.zeros(size, dtype=np.int64)
    totals = [
        sum(m["statuses"].get(name, 0) for m in months.values()) for name in names
    ]
    for index in np.argsort(totals)[:-1]:
        chance = np.where(status == 0, rates[month, index], 0)
        wanted = min(shop.quota(totals[index], size), np.count_nonzero(chance))
        chosen = rng.choice(size, wanted, replace=False, p=chance / chance.sum())
        status[chosen] = index
    never_delivered = rates[month, 0] == 0
    status[never_delivered & (status == 0)] = names.index("canceled")
    return status
