"""Write synthetic demo data that looks like the e-commerce data of Olist.

The generator draws people, orders, order lines, payments and reviews from the
aggregates in ``demo_parameters.json``; no row of the real data is in it. Orders are
made in chunks that share one world of places, sellers and products, so memory does
not grow with the number of orders.
"""

import json
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

FILES = {
    "customers": "olist_customers_dataset.csv",
    "geolocation": "olist_geolocation_dataset.csv",
    "items": "olist_order_items_dataset.csv",
    "payments": "olist_order_payments_dataset.csv",
    "reviews": "olist_order_reviews_dataset.csv",
    "orders": "olist_orders_dataset.csv",
    "products": "olist_products_dataset.csv",
    "sellers": "olist_sellers_dataset.csv",
    "translation": "product_category_name_translation.csv",
}
COLUMNS = {
    "customers": "customer_id customer_unique_id customer_zip_code_prefix "
    "customer_city customer_state",
    "geolocation": "geolocation_zip_code_prefix geolocation_lat geolocation_lng "
    "geolocation_city geolocation_state",
    "items": "order_id order_item_id product_id seller_id shipping_limit_date price "
    "freight_value",
    "payments": "order_id payment_sequential payment_type payment_installments "
    "payment_value",
    "reviews": "review_id order_id review_score review_comment_title "
    "review_comment_message review_creation_date review_answer_timestamp",
    "orders": "order_id customer_id order_status order_purchase_timestamp "
    "order_approved_at order_delivered_carrier_date order_delivered_customer_date "
    "order_estimated_delivery_date",
    # "lenght" is how the published files spell it.
    "products": "product_id product_category_name product_name_lenght "
    "product_description_lenght product_photos_qty product_weight_g product_length_cm "
    "product_height_cm product_width_cm",
    "sellers": "seller_id seller_zip_code_prefix seller_city seller_state",
    "translation": "product_category_name product_category_name_english",
}
MIN_ORDERS = 500
LAST_PURCHASE = np.datetime64("2018-10-17T17:30:18")

_CHUNK_ORDERS = 250_000
_WRITE_ROWS = 50_000
_DAY = 86_400
_EPOCH = np.datetime64("1970-01-01T00:00:00")
_UNTRANSLATED = ("pc_gamer", "portateis_cozinha_e_preparadores_de_alimentos")
# Far points as mistyped coordinates give them: latitude, longitude.
_FAR_POINTS = np.array([[38.7, -9.1], [42.2, -8.7], [-34.9, -56.2], [14.6, 121.0]])
# Of two candidate products, how often the cheaper one is bought, by lines of the order
# (0, 1, ... 5 or more); negative where the dearer one is.
_CHEAPER_OF_TWO = (0, -0.09, 0.55, 0.85, 0.8, 1.0)
# What that choice is worth: the mean distance of one of two draws from both, in logs.
_CHOICE_LOG_PRICE = 0.52
# Candidates per product and per seller: those that never sell are left out.
_CANDIDATES_PER_PRODUCT = 3.2
_CANDIDATES_PER_SELLER = 1.35
_PRODUCT_SALES_LOG_SD = 1.8
_SELLER_OFFERS_LOG_SD = 1.6
_MAX_PRICE = 6_735
_PREFIX_LOG_SD = 0.8
# Share of lines that look for a seller in the customer's state; others meet one anyway.
_LOCAL_SALES_SHARE = 0.056
_LIST_PRICE_CHANGES = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.95, 1.05, 1.1)


def write_demo_data(
    folder: Path, orders: int = 5_000, seed: int = 42
) -> dict[str, int]:
    """Write the nine CSV files of a synthetic shop.

    The same number of orders and the same seed give the same bytes.

    Parameters
    ----------
    folder : Path
        Where to write; created if missing. Files of the same names are replaced,
        each only when its new content is complete.
    orders : int, default 5_000
        Number of orders, at least `MIN_ORDERS`. The real data have 99,441. Products,
        sellers and defects grow with it; places stop at 19,015 zip prefixes.
    seed : int, default 42
        Seed of every random draw.

    Returns
    -------
    dict of str to int
        Rows written per file, without the header, by the names in `FILES`.

    Raises
    ------
    ValueError
        If `orders` is below `MIN_ORDERS`.
    """
    if orders < MIN_ORDERS:
        raise ValueError(
            f"orders is {orders}: at least {MIN_ORDERS} are needed for the rare cases"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parameters = load_parameters()
    world_seed, *chunk_seeds = np.random.SeedSequence(seed).spawn(
        1 + len(_chunk_sizes(orders))
    )
    rng = np.random.default_rng(world_seed)
    places = _make_places(parameters, rng, orders)
    sellers = _make_sellers(parameters, rng, orders, places)
    products = _make_products(parameters, rng, orders, sellers)
    with _Files(folder) as files:
        for size, chunk_seed in zip(_chunk_sizes(orders), chunk_seeds, strict=True):
            shop = _Shop(
                parameters, np.random.default_rng(chunk_seed), places, sellers, products
            )
            _write_chunk(files, shop, size)
        _write_sellers(files, places, sellers, products)
        _write_products(files, parameters, rng, products)
        _write_geolocation(files, parameters, rng, orders, places)
        _write_translation(files, parameters)
        return files.rows


def load_parameters() -> dict:
    """Return the aggregates of the real data that the generator draws from.

    Returns
    -------
    dict
        The content of ``demo_parameters.json``.
    """
    source = resources.files("olist_segments").joinpath("demo_parameters.json")
    return json.loads(source.read_text(encoding="utf-8"))


# --- The world: places, sellers, products ---------------------------------------------


@dataclass
class _Places:
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


@dataclass
class _Sellers:
    """One entry per seller."""

    id: np.ndarray
    place: np.ndarray
    state: np.ndarray
    sales_weight: np.ndarray


@dataclass
class _Products:
    """One entry per candidate product, sorted by the state of its seller."""

    id: np.ndarray
    seller: np.ndarray
    category: np.ndarray
    price: np.ndarray
    weight_g: np.ndarray
    cumulative: np.ndarray
    state_edges: np.ndarray
    sold: np.ndarray


@dataclass
class _Shop:
    """What every part of a chunk draws from."""

    parameters: dict
    rng: np.random.Generator
    places: _Places
    sellers: _Sellers
    products: _Products

    def quantile(self, values, uniform=None, size=None) -> np.ndarray:
        """Draw from the distribution that has these quantiles."""
        uniform = self.rng.random(size) if uniform is None else uniform
        return np.interp(uniform, self.parameters["probabilities"], values)

    def month_of(self, times: np.ndarray) -> np.ndarray:
        """Return the position of each time's month among the parameters' months."""
        months = np.array(list(self.parameters["months"]), dtype="datetime64[M]")
        return np.searchsorted(months, times.astype("datetime64[M]"))

    def quota(self, count: float, size: int) -> int:
        """Scale a count of the real data to this many orders; at least one."""
        return max(1, round(count * size / self.parameters["counts"]["orders"]))

    def some(self, count: float, among: np.ndarray, size: int) -> np.ndarray:
        """Choose a quota of positions without repetition."""
        wanted = min(self.quota(count, size), len(among))
        return self.rng.choice(among, wanted, replace=False)


def _make_places(parameters: dict, rng, orders: int) -> _Places:
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
    # A city that found no free prefix leaves its share to the rest of the state.
    customers = np.array([state["customers"] for state in states.values()])
    columns[5] *= (customers / np.bincount(columns[1], columns[5]))[columns[1]]
    return _Places(
        *columns,
        city_names=np.array([name.encode() for name in names]),
        accented_names=np.array([name.encode() for name in accented]),
        state_names=np.array([name.encode() for name in states]),
        has_point=np.ones(len(columns[0]), dtype=bool),
    )


def _make_sellers(parameters: dict, rng, orders: int, places: _Places) -> _Sellers:
    counts = parameters["counts"]
    number = orders * counts["sellers"] / counts["orders"] * _CANDIDATES_PER_SELLER
    number = max(30, round(number))
    states = list(parameters["states"].values())
    share = np.array([state["sellers"] for state in states], dtype=float)
    state = np.sort(_pick(rng, np.cumsum(share), number))
    edges = np.searchsorted(places.state, np.arange(len(states) + 1))
    place = _pick_within(rng, np.cumsum(places.weight), edges, state)
    weight = rng.lognormal(0, _SELLER_OFFERS_LOG_SD, number)
    lines = np.array([state["lines"] for state in states], dtype=float)
    per_state = np.bincount(state, weight, len(states))
    weight *= (lines / np.maximum(per_state, 1e-9))[state]
    _remove_points(parameters, rng, orders, places, place, weight)
    return _Sellers(_ids(rng, number), place, state, weight)


def _remove_points(parameters, rng, orders, places, seller_place, sales_weight) -> None:
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


def _make_products(parameters: dict, rng, orders: int, sellers: _Sellers) -> _Products:
    counts = parameters["counts"]
    number = orders * counts["products"] / counts["orders"] * _CANDIDATES_PER_PRODUCT
    number = round(number)
    seller = np.sort(_pick(rng, np.cumsum(sellers.sales_weight), number))
    categories = [
        category
        for name, category in parameters["categories"].items()
        if name not in _UNTRANSLATED
    ]
    lines = np.array([category["lines"] for category in categories], dtype=float)
    offered = np.array([category["products"] for category in categories], dtype=float)
    category = _pick(rng, np.cumsum(offered), number)
    popularity = rng.lognormal(0, _PRODUCT_SALES_LOG_SD, number)
    per_category = np.bincount(category, popularity, len(categories))
    popularity *= (lines / np.maximum(per_category, 1e-9))[category]
    correlation = parameters["price_weight_correlation"]
    price_z, weight_z = rng.normal(size=(2, number))
    weight_z = correlation * price_z + (1 - correlation**2) ** 0.5 * weight_z
    levels = parameters["catalogue_probabilities"]
    tail_levels, tail = zip(*parameters["price_tail"], strict=True)
    price, weight = np.empty((2, number))
    for index, facts in enumerate(categories):
        own = category == index
        prices = np.array([*facts["prices"], *(facts["prices"][-1] * np.array(tail))])
        price[own] = np.exp(
            np.interp(
                _normal_cdf(price_z[own]), [*levels, *tail_levels], np.log(prices)
            )
        )
        weight[own] = np.exp(
            np.interp(_normal_cdf(weight_z[own]), levels, np.log(facts["weights_g"]))
        )
    state = sellers.state[seller]
    return _Products(
        id=_ids(rng, number),
        seller=seller,
        category=category,
        price=price,
        weight_g=np.clip(np.round(weight, -1), 50, 40_000).astype(np.int64),
        cumulative=np.cumsum(popularity),
        state_edges=np.searchsorted(state, np.arange(len(parameters["states"]) + 1)),
        sold=np.zeros(number, dtype=bool),
    )


# --- One chunk of orders --------------------------------------------------------------


def _write_chunk(files: "_Files", shop: _Shop, size: int) -> None:
    orders = _make_orders(shop, size)
    lines = _make_lines(shop, orders)
    _draw_approvals(shop, orders)
    _set_deliveries(shop, orders, lines)
    shuffled = shop.rng.permutation(size)
    _write_customers(files, shop, orders, shuffled)
    _write_orders(files, orders, shuffled)
    _write_items(files, shop, orders, lines)
    _write_payments(files, shop, orders)
    _write_reviews(files, shop, orders)


def _make_orders(shop: _Shop, size: int) -> dict[str, np.ndarray]:
    """Draw people, homes, purchase times and statuses; a person's orders adjoin."""
    rng = shop.rng
    person, rank = _draw_people(shop, size)
    bought = _draw_purchases(shop, person, rank)
    place = _draw_homes(shop, person, rank)
    status = _draw_statuses(shop, bought)
    shares = shop.parameters["no_item_shares"]
    names = np.array(list(shares))
    no_item = np.array(list(shares.values()))[status]
    lines = _pick_key(rng, shop.parameters["lines_per_order"], size)
    lines[rng.random(size) < no_item] = 0
    for name in ("unavailable", "canceled"):
        lines[np.flatnonzero(status == np.flatnonzero(names == name)[0])[:1]] = 0
    return {
        "order_id": _ids(rng, size),
        "customer_id": _ids(rng, size),
        "person_id": _ids(rng, int(person[-1]) + 1)[person],
        "person": person,
        "place": place,
        "status": status,
        "status_names": names,
        "bought": bought,
        "lines": lines,
    }


def _draw_people(shop: _Shop, size: int) -> tuple[np.ndarray, np.ndarray]:
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


def _draw_purchases(shop: _Shop, person, rank) -> np.ndarray:
    """Draw purchase times by month, day and hour; later orders follow after a gap."""
    rng, parameters, size = shop.rng, shop.parameters, len(person)
    days, weights = _calendar(parameters, size)
    hours = np.array(parameters["hour_orders"], dtype=float)
    day = np.repeat(days, weights)
    hour = _pick(rng, np.cumsum(hours), size)
    bought = day.astype("datetime64[s]") + hour * 3600 + rng.integers(0, 3600, size)
    # The last day closes the data: nothing is bought after the last purchase.
    bought = np.sort(np.minimum(bought, LAST_PURCHASE))
    bought[-1] = LAST_PURCHASE
    wished = rng.permutation(bought)
    gap = _seconds(shop.quantile(parameters["gap_days"], size=size) * _DAY)
    end = bought[int(0.999 * size)]
    for step in range(1, int(rank.max()) + 1):
        now = np.flatnonzero(rank == step)
        later = wished[now - 1] + gap[now]
        wished[now] = np.where(later < end, later, wished[now - 1] - gap[now])
    # The wishes keep their order and take the drawn times, so the months stay exact.
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
        share = weekday[(own.astype(np.int64) + 3) % 7]
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


def _draw_homes(shop: _Shop, person, rank) -> np.ndarray:
    """Draw a home per person; a few move within their state between two orders."""
    rng, places = shop.rng, shop.places
    cumulative = np.cumsum(places.weight)
    home = _pick(rng, cumulative, int(person[-1]) + 1)[person]
    moved = (rank == 1) & (rng.random(len(person)) < shop.parameters["moved_share"])
    movers = np.isin(person, person[moved]) & (rank > 0)
    edges = np.searchsorted(places.state, np.arange(len(places.state_names) + 1))
    fresh = _pick_within(rng, cumulative, edges, places.state[home[moved]])
    new_home = np.zeros(int(person[-1]) + 1, dtype=np.int64)
    new_home[person[moved]] = fresh
    return np.where(movers, new_home[person], home)


def _draw_statuses(shop: _Shop, bought: np.ndarray) -> np.ndarray:
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


def _make_lines(shop: _Shop, orders: dict) -> dict[str, np.ndarray]:
    """Draw products, prices and freight of every order line."""
    rng, parameters, products = shop.rng, shop.parameters, shop.products
    order = np.repeat(np.arange(len(orders["lines"])), orders["lines"])
    number = len(order)
    first = np.searchsorted(order, order)
    position = np.arange(number) - first
    state = shop.places.state[orders["place"][order]]
    product = _draw_cheaper(shop, state, orders["lines"][order])
    same_seller, same_product = shop.rng.random((2, len(orders["lines"])))[:, order]
    later = position > 0
    own = later & (same_seller < parameters["same_seller_share"])
    product = np.where(
        own, _draw_of_seller(shop, products.seller[product[first]]), product
    )
    copied = later & (same_product < parameters["same_product_share"])
    product = np.where(copied, product[first], product)
    products.sold[product] = True

    changes = np.array(_LIST_PRICE_CHANGES)
    price = products.price[product] * changes[rng.integers(0, len(changes), number)]
    price = _with_usual_cents(shop, price)
    freight = _draw_freight(shop, orders, order, product, price)
    price, freight = (np.where(copied, x[first], x) for x in (price, freight))
    value = np.bincount(order, price + freight, len(orders["lines"])).astype(np.int64)
    orders["value"] = value
    empty = orders["lines"] == 0
    mean, sd = parameters["no_item_log_value"], parameters["no_item_log_value_sd"]
    paid = 100 * rng.lognormal(mean, sd, np.count_nonzero(empty))
    orders["value"][empty] = np.round(paid)
    distance = _distance(shop, orders["place"][order], products.seller[product])
    return {
        "order": order,
        "position": position,
        "product": product,
        "price": price,
        "freight": freight,
        "distance": distance,
    }


def _draw_cheaper(shop: _Shop, state: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Draw products: cheaper ones in orders of several lines and in some states."""
    level = [facts["log_price_level"] for facts in shop.parameters["states"].values()]
    tilt = np.array(_CHEAPER_OF_TWO)[np.minimum(lines, len(_CHEAPER_OF_TWO) - 1)]
    tilt = tilt - np.array(level)[state] / _CHOICE_LOG_PRICE
    one, other = _draw_products(shop, state), _draw_products(shop, state)
    cheaper = shop.products.price[other] < shop.products.price[one]
    swap = (cheaper == (tilt > 0)) & (shop.rng.random(len(state)) < np.abs(tilt))
    return np.where(swap, other, one)


def _draw_products(shop: _Shop, state: np.ndarray) -> np.ndarray:
    """Draw a product per line by popularity, some from sellers of the same state."""
    products = shop.products
    anywhere = _pick(shop.rng, products.cumulative, len(state))
    sellers = np.diff(products.state_edges)[state] > 0
    local = sellers & (shop.rng.random(len(state)) < _LOCAL_SALES_SHARE)
    anywhere[local] = _pick_within(
        shop.rng, products.cumulative, products.state_edges, state[local]
    )
    return anywhere


def _draw_of_seller(shop: _Shop, seller: np.ndarray) -> np.ndarray:
    edges = np.searchsorted(shop.products.seller, np.arange(len(shop.sellers.id) + 1))
    return _pick_within(shop.rng, shop.products.cumulative, edges, seller)


def _with_usual_cents(shop: _Shop, price: np.ndarray) -> np.ndarray:
    """Return prices in cents with the endings that shops use, such as 90 and 99."""
    cents = _pick_key(shop.rng, shop.parameters["cents_endings"], len(price))
    whole = np.floor(np.minimum(price, _MAX_PRICE - 1)).astype(np.int64)
    usual = whole * 100 + cents
    return np.where(price < 5, np.round(price * 100).astype(np.int64), usual)


def _draw_freight(shop: _Shop, orders, order, product, price) -> np.ndarray:
    """Return freight in cents: it rises with distance, weight and price."""
    facts = shop.parameters["freight"]
    distance = _distance(shop, orders["place"][order], shop.products.seller[product])
    band = np.searchsorted(shop.parameters["distance_edges_km"], distance)
    weight = np.log(shop.products.weight_g[product] / 1_000)
    log_price = np.log(price / 10_000)
    draw = shop.rng.random(len(price))
    heavy = shop.products.weight_g[product] > facts["heavy_g"]
    log_freight = (
        np.array(facts["by_distance"])[band]
        + np.array(facts["log_weight"])[band] * weight
        + np.array(facts["log_weight_squared"])[band] * weight**2
        + facts["log_price"] * log_price
        + facts["log_price_squared"] * log_price**2
        + np.where(
            heavy,
            shop.quantile(facts["residual_heavy"], draw),
            shop.quantile(facts["residual_light"], draw),
        )
    )
    freight = np.round(100 * np.exp(log_freight)).astype(np.int64)
    free = shop.rng.random(len(price)) < facts["free_share"]
    return np.where(free, 0, freight)


def _distance(shop: _Shop, home: np.ndarray, seller: np.ndarray) -> np.ndarray:
    """Return kilometres along the great circle between home and seller."""
    places, shop_place = shop.places, shop.sellers.place[seller]
    lat_a, lat_b = np.radians(places.lat[home]), np.radians(places.lat[shop_place])
    lng = np.radians(places.lng[home] - places.lng[shop_place])
    chord = (
        np.sin((lat_a - lat_b) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin(lng / 2) ** 2
    )
    return 2 * 6371 * np.arcsin(np.sqrt(chord))


def _draw_approvals(shop: _Shop, orders: dict) -> None:
    """Draw how each order is paid, by its value, and when that is approved."""
    parameters, size = shop.parameters, len(orders["bought"])
    band = np.searchsorted(parameters["card_value_edges"], orders["value"] / 100)
    weights = np.array(parameters["payment_kind_orders"])[band]
    orders["kind"] = _pick_columns(shop.rng, weights)
    hours = np.zeros(size)
    by_kind = parameters["approval_hours"]
    for index, kind in enumerate(parameters["payment_kinds"]):
        own = orders["kind"] == index
        values = by_kind.get(kind, by_kind["credit_card"])
        hours[own] = shop.quantile(values, size=np.count_nonzero(own))
    orders["approved"] = orders["bought"] + _seconds(hours * 3600)


def _set_deliveries(shop: _Shop, orders: dict, lines: dict) -> None:
    """Set when each order reaches the carrier and the customer, and the promise."""
    rng, parameters, bought = shop.rng, shop.parameters, orders["bought"]
    size, month = len(bought), shop.month_of(bought)
    facts = list(parameters["months"].values())
    handling_pace, transit_pace, promise_pace = (
        np.array([own[key] for own in facts])[month]
        for key in ("handling", "transit", "estimate")
    )
    number = np.bincount(lines["order"], minlength=size)
    total = np.bincount(lines["order"], lines["distance"], size)
    distance = np.where(number > 0, total / np.maximum(number, 1), 400.0)
    band = np.searchsorted(parameters["distance_edges_km"], distance)
    # A slow seller or road is partly foreseen, so the promise goes with both.
    on_handling, on_transit = np.array(parameters["promise_weights"])[band].T
    handling_z, transit_z, promise_z = rng.normal(size=(3, size))
    promise_z *= np.sqrt(1 - on_handling**2 - on_transit**2)
    promise_z += on_handling * handling_z + on_transit * transit_z
    handling = shop.quantile(parameters["handling_days"], _normal_cdf(handling_z))
    transit, promise = np.zeros((2, size))
    for days, z, key in (
        (transit, transit_z, "transit_days"),
        (promise, promise_z, "estimate_days"),
    ):
        for index, values in enumerate(parameters[key]):
            own = band == index
            days[own] = shop.quantile(values, _normal_cdf(z[own]))

    carried = orders["approved"] + _seconds(handling * handling_pace * _DAY)
    carried = np.maximum(carried, bought + 600)
    delivered = carried + _seconds(transit * transit_pace * _DAY)
    over = delivered > LAST_PURCHASE
    left = (LAST_PURCHASE - carried)[over].astype(np.int64)
    delivered[over] = carried[over] + _seconds(left * rng.uniform(0.3, 1, len(left)))
    promised = (bought - _EPOCH).astype(np.int64) / _DAY + promise * promise_pace
    arrival = np.ceil((delivered - _EPOCH).astype(np.int64) / _DAY)
    late = [own["late"] for own in facts]
    promised = _with_late_shares(
        promised, arrival, band, parameters["late_by_distance"]
    )
    promised = _with_late_shares(promised, arrival, month, late)
    estimated = _EPOCH + _seconds(np.floor(promised) * _DAY)
    earliest = bought.astype("datetime64[D]").astype("datetime64[s]") + 2 * _DAY
    orders["carried"], orders["delivered"] = carried, delivered
    orders["estimated"] = np.maximum(estimated, earliest)
    _blank_dates(shop, orders)


def _with_late_shares(promised, arrival, groups, shares) -> np.ndarray:
    """Shift the promises of each group so that its share of late arrivals is right."""
    promised = promised.copy()
    for group, share in enumerate(shares):
        own = np.flatnonzero(groups == group)
        if share is not None and len(own) >= 20:
            promised[own] -= np.quantile(promised[own] - arrival[own], share)
    return promised


def _blank_dates(shop: _Shop, orders: dict) -> None:
    """Remove the dates a status does not reach, and plant the rare disorders."""
    rng, counts, size = shop.rng, shop.parameters["counts"], len(orders["bought"])
    names = list(orders["status_names"])
    status = orders["status"]
    delivered = np.flatnonzero(status == names.index("delivered"))
    slow = orders["carried"] - orders["bought"] > np.timedelta64(1, "D")
    slow = delivered[slow[delivered]]
    chosen = shop.some(counts["customer_before_carrier"], slow, size)
    orders["delivered"][chosen] = orders["carried"][chosen] - 40_000
    canceled = status == names.index("canceled")
    late_cancel = canceled & (rng.random(size) < 0.12)
    no_delivery = status != names.index("delivered")
    no_carrier = no_delivery & (status != names.index("shipped")) & ~late_cancel
    no_approval = (status == names.index("created")) | (
        canceled & ~late_cancel & (rng.random(size) < 0.25)
    )
    no_approval[shop.some(counts["delivered_without_approval"], delivered, size)] = True
    no_delivery[shop.some(counts["delivered_without_date"], delivered, size)] = True
    nothing = np.datetime64("NaT")
    orders["approved"][no_approval] = nothing
    orders["carried"][no_carrier] = nothing
    orders["delivered"][no_delivery] = nothing


# --- Files of a chunk -----------------------------------------------------------------


def _write_customers(files, shop: _Shop, orders: dict, shuffled) -> None:
    places, place = shop.places, orders["place"][shuffled]
    files.write(
        "customers",
        _quoted_ids(orders["customer_id"][shuffled]),
        _quoted_ids(orders["person_id"][shuffled]),
        _zip_text(places.prefix[place]),
        places.city_names[places.city[place]],
        places.state_names[places.state[place]],
    )


def _write_orders(files, orders: dict, shuffled) -> None:
    names = orders["status_names"].astype("S")
    files.write(
        "orders",
        _quoted_ids(orders["order_id"][shuffled]),
        _quoted_ids(orders["customer_id"][shuffled]),
        names[orders["status"][shuffled]],
        *(
            _time_text(orders[key][shuffled])
            for key in ("bought", "approved", "carried", "delivered", "estimated")
        ),
    )


def _write_items(files, shop: _Shop, orders: dict, lines: dict) -> None:
    """Write the lines sorted by order, as the real file is."""
    rank = np.empty(len(orders["lines"]), dtype=np.int64)
    rank[np.argsort(orders["order_id"])] = np.arange(len(rank))
    by_id = np.argsort(rank[lines["order"]], kind="stable")
    order, product = lines["order"][by_id], lines["product"][by_id]
    approved = np.where(
        np.isnat(orders["approved"]), orders["bought"] + 1800, orders["approved"]
    )
    limit = shop.quantile(shop.parameters["limit_days"], size=len(rank))
    limit = approved + _seconds(np.round(limit) * _DAY)
    files.write(
        "items",
        _quoted_ids(orders["order_id"][order]),
        (lines["position"][by_id] + 1).astype("S"),
        _quoted_ids(shop.products.id[product]),
        _quoted_ids(shop.sellers.id[shop.products.seller[product]]),
        _time_text(limit[order]),
        _money_text(lines["price"][by_id]),
        _money_text(lines["freight"][by_id]),
    )


def _write_payments(files, shop: _Shop, orders: dict) -> None:
    """Split each order's value over its payment rows."""
    rng, parameters, size = shop.rng, shop.parameters, len(orders["value"])
    counts, kinds = parameters["counts"], parameters["payment_kinds"]
    status_names = list(orders["status_names"])
    kind = np.array(kinds)[orders["kind"]]
    value = _paid_value(shop, orders)
    empty = orders["lines"] == 0
    canceled = empty & (orders["status"] == status_names.index("canceled"))
    undefined = shop.some(counts["not_defined"], np.flatnonzero(canceled), size)
    delivered = np.flatnonzero(orders["status"] == status_names.index("delivered"))
    unpaid = shop.some(counts["orders_without_payment"], delivered, size)
    kind[undefined], value[undefined] = "not_defined", 0

    vouchers = np.zeros(size, dtype=np.int64)
    for name, rows in parameters["voucher_rows"].items():
        own = kind == name
        vouchers[own] = _pick_key(rng, rows, np.count_nonzero(own))
        vouchers[np.flatnonzero(own)[:1]] = 4
    share = shop.quantile(parameters["voucher_share_of_value"], size=size)
    mixed = kind == "card+voucher"
    vouched = np.where(kind == "voucher", value, 0)
    vouched[mixed] = np.clip(np.round(value * share), 1, value - 1)[mixed]
    cards = np.where(
        kind == "cards", 2, np.where(mixed | (kind == "credit_card"), 1, 0)
    )
    other = np.isin(kind, ("boleto", "debit_card", "not_defined")).astype(np.int64)
    main = cards + other
    rows = main + vouchers
    rows[unpaid] = 0

    order = np.repeat(np.arange(size), rows)
    sequence = np.arange(len(order)) - np.searchsorted(order, order)
    is_voucher = sequence >= main[order]
    names = np.where(np.isin(kind, ("cards", "card+voucher")), "credit_card", kind)
    name = np.where(is_voucher, "voucher", names[order]).astype("S")
    first_card = np.where(
        kind == "cards", np.round(value * rng.uniform(0.3, 0.7, size)), value - vouched
    ).astype(np.int64)
    amount = np.where(sequence == 0, first_card[order], (value - first_card)[order])
    amount[is_voucher] = _split(rng, vouched, order[is_voucher])
    installments = np.ones(len(order), dtype=np.int64)
    is_card = name == b"credit_card"
    installments[is_card] = _draw_installments(shop, amount[is_card])
    single = np.flatnonzero(is_card & (rows[order] == 1))
    installments[shop.some(counts["no_installments"], single, size)] = 0
    shuffled = rng.permutation(len(order))
    files.write(
        "payments",
        _quoted_ids(orders["order_id"][order[shuffled]]),
        (sequence[shuffled] + 1).astype("S"),
        name[shuffled],
        installments[shuffled].astype("S"),
        _money_text(amount[shuffled]),
    )


def _paid_value(shop: _Shop, orders: dict) -> np.ndarray:
    """Return what each order pays in cents: mostly price plus freight exactly."""
    parameters, size = shop.parameters, len(orders["value"])
    value = orders["value"].copy()
    draw = shop.rng.random(size)
    several = orders["lines"] > 1
    # Roundings sit on orders of several lines, interest on card orders.
    cents = several & (draw < parameters["cents_gap_share"] / max(several.mean(), 0.01))
    value[cents] += shop.rng.choice([-1, 1], size)[cents]
    draw = shop.rng.random(size)
    card = orders["kind"] == 0
    interest = (
        card & (orders["lines"] > 0) & (draw < parameters["interest_share"] / 0.75)
    )
    value[interest] = np.round(value[interest] * parameters["interest_factor"])
    under = (draw > 1 - parameters["underpaid_share"]) & (value > 2_000)
    value[under] = np.round(value[under] * 0.9)
    return np.maximum(value, 2)


def _split(rng, totals: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Split each owner's total of cents at random over its rows, exactly."""
    weight = rng.exponential(size=len(owner)) + 0.1
    upto = np.cumsum(weight)
    start = np.searchsorted(owner, owner)
    before = upto[start] - weight[start]
    last = np.searchsorted(owner, owner, side="right") - 1
    whole = upto[last] - before
    ends = np.floor((upto - before) / whole * totals[owner] + 1e-6).astype(np.int64)
    ends[last] = totals[owner[last]]
    begins = np.concatenate([[0], ends[:-1]])
    begins[start] = 0
    return ends - begins


def _draw_installments(shop: _Shop, cents: np.ndarray) -> np.ndarray:
    """Draw the installments of card rows: more for larger amounts."""
    parameters = shop.parameters
    band = np.searchsorted(parameters["card_value_edges"], cents / 100)
    return 1 + _pick_columns(shop.rng, np.array(parameters["installment_rows"])[band])


def _write_reviews(files, shop: _Shop, orders: dict) -> None:
    rng, parameters, size = shop.rng, shop.parameters, len(orders["value"])
    counts = parameters["counts"]
    missing = np.array(list(parameters["no_review_shares"].values()))[orders["status"]]
    reviewed = np.flatnonzero(rng.random(size) >= missing)
    again = shop.some(counts["further_reviews"], reviewed, size)
    order = np.concatenate([reviewed, again])
    score = _draw_scores(shop, orders, order)
    title, message = _comments(shop, score)
    delivered = orders["delivered"][order]
    promised = orders["estimated"][order] + 2 * _DAY
    asked = np.where(
        np.isnat(delivered), promised, np.minimum(delivered + _DAY, promised)
    )
    created = asked.astype("datetime64[D]").astype("datetime64[s]")
    wait = shop.quantile(parameters["answer_days"], size=len(order))
    answered = created + _seconds(np.maximum(wait, 0.05) * _DAY)
    review_id = _ids(rng, len(order))
    # One review that covers two orders of a person bought on the same day.
    person, bought = orders["person"][reviewed], orders["bought"][reviewed]
    near = (person[1:] == person[:-1]) & (
        np.abs((bought[1:] - bought[:-1]).astype(np.int64)) < _DAY
    )
    pairs = np.flatnonzero(near)
    pairs = np.sort(shop.some(counts["repeated_review_ids"], pairs, size))
    for column in (review_id, score, title, message, created, answered):
        column[pairs + 1] = column[pairs]
    shuffled = rng.permutation(len(order))
    files.write(
        "reviews",
        review_id[shuffled],
        orders["order_id"][order[shuffled]],
        score[shuffled].astype("S"),
        title[shuffled],
        message[shuffled],
        _time_text(created[shuffled]),
        _time_text(answered[shuffled]),
    )


def _draw_scores(shop: _Shop, orders: dict, order: np.ndarray) -> np.ndarray:
    """Draw scores: the later the delivery, the lower; lower for several lines."""
    parameters = shop.parameters
    delivered, estimated = orders["delivered"][order], orders["estimated"][order]
    arrived = ~np.isnat(delivered)
    late = np.zeros(len(order))
    late[arrived] = np.ceil(
        (delivered[arrived] - estimated[arrived]).astype(np.int64) / _DAY
    )
    band = np.where(
        arrived, np.searchsorted(parameters["lateness_edges_days"], late) + 1, 0
    )
    several = (orders["lines"][order] > 1).astype(np.int64)
    table = np.array([parameters["scores"][k] for k in ("one_line", "several_lines")])
    return 1 + _pick_columns(shop.rng, table[several, band])


# Invented comments by mood, parted by bars.
_TITLES = {
    "good": "Recomendo|Muito bom|Excelente|Super recomendo|Ótimo|👍|Nota 10|Gostei "
    "muito|Perfeito!",
    "fair": "Regular|Bom|Mais ou menos|Poderia ser melhor|Ok",
    "bad": "Não recomendo|Péssimo|Não recebi|Produto errado|Decepção|Atraso, de "
    "novo|Veio com defeito",
}
_SENTENCES = {
    "good": "Produto de ótima qualidade.|Chegou antes da data prometida|Gostei demais, "
    "comprarei outra vez!|A caixa veio bem fechada.|Recomendo esta loja a "
    "todos|Tudo certo com o meu pedido 😀|Igual à foto, cor linda.|Minha mãe "
    'adorou o presente ❤️|O vendedor respondeu "na hora" e resolveu.|Preço '
    "justo, entrega rápida|Muito satisfeita com a compra|Funciona bem, fácil de"
    " montar",
    "fair": "O produto é bom, mas demorou um pouco.|Esperava um tecido mais "
    "grosso|Serve para o que eu preciso|A cor é diferente da foto|Veio sem o "
    'manual, o resto está certo.|Pelo preço, vale|Dizia "pronta entrega" e não '
    "era bem assim|Razoável 😐",
    "bad": "Ainda não recebi o produto.|Comprei dois e chegou só um|Veio quebrado, "
    "quero a troca|Ninguém responde às minhas mensagens!|O prazo passou e nada "
    '😡|Produto diferente do anúncio, nada parecido.|No site consta "entregue", '
    "mas não chegou|Quero meu dinheiro de volta|Péssima qualidade, parou no "
    "segundo dia.|Não compro mais aqui",
}
_BREAKS = (*[" "] * 7, ". ", "\r\n", "\n", "\r\n\r\n")


def _comments(shop: _Shop, score: np.ndarray) -> list[np.ndarray]:
    """Draw comment titles and messages as CSV fields; most are empty."""
    rng = shop.rng
    mood = np.array(["bad", "bad", "fair", "good", "good"])[score - 1]
    columns = []
    for pool, combined, key in (
        (_TITLES, False, "title_shares"),
        (_SENTENCES, True, "message_shares"),
    ):
        written = rng.random(len(score)) < np.array(shop.parameters[key])[score - 1]
        texts = np.zeros(len(score), dtype="S400")
        for name, words in pool.items():
            fields = words.split("|")
            if combined:
                fields = [_combine(rng, fields) for _ in range(400)]
            rows = np.flatnonzero(written & (mood == name))
            fields = np.array([_field(text) for text in fields])
            texts[rows] = rng.choice(fields, len(rows))
        columns.append(texts)
    return columns


def _combine(rng, sentences: list[str]) -> str:
    """Join one to four sentences by spaces, stops or line breaks."""
    first, *others = rng.choice(sentences, rng.integers(1, 5), replace=False)
    return first + "".join(str(rng.choice(_BREAKS)) + other for other in others)


# --- Files of the world ---------------------------------------------------------------


def _write_sellers(files, places: _Places, sellers: _Sellers, products) -> None:
    selling = np.unique(products.seller[products.sold])
    place = sellers.place[selling]
    files.write(
        "sellers",
        _quoted_ids(sellers.id[selling]),
        _zip_text(places.prefix[place]),
        places.city_names[places.city[place]],
        places.state_names[places.state[place]],
    )


def _write_products(files, parameters: dict, rng, products: _Products) -> None:
    """Write the products that were sold, some without category or weight."""
    counts = parameters["counts"]
    sold = rng.permutation(np.flatnonzero(products.sold))
    number = len(sold)
    names = [name for name in parameters["categories"] if name not in _UNTRANSLATED]
    category = np.array([name.encode() for name in (*names, *_UNTRANSLATED)])
    category = category[products.category[sold]]
    share = counts["products_without_category"] / counts["products"]
    unnamed = max(1, round(share * number))
    bare = np.arange(number) < unnamed
    start = unnamed
    for name in _UNTRANSLATED:
        share = parameters["categories"][name]["products"] / counts["products"]
        wanted = max(1, round(share * number))
        category[start : start + wanted] = name.encode()
        start += wanted
    category[bare] = b""
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    described = [
        np.round(np.interp(rng.random(number), levels, parameters["name_length"])),
        np.round(
            np.interp(rng.random(number), levels, parameters["description_length"])
        ),
        _pick_key(rng, parameters["photos"], number),
    ]
    weight = products.weight_g[sold]
    side = np.clip(np.cbrt(weight * 6.0), 8, 90)
    sizes = [
        np.clip(np.round(side * rng.uniform(low, high, number)), least, 105)
        for low, high, least in ((1.0, 2.2, 16), (0.4, 1.2, 2), (0.8, 1.6, 8))
    ]
    measured = [weight, *sizes]
    lost = np.zeros(number, dtype=bool)
    lost[start : start + 2] = True
    shuffled = rng.permutation(number)
    files.write(
        "products",
        *(
            column[shuffled]
            for column in (
                _quoted_ids(products.id[sold]),
                category,
                *(_whole_text(values, bare) for values in described),
                *(_whole_text(values, lost) for values in measured),
            )
        ),
    )


def _write_geolocation(files, parameters: dict, rng, orders: int, places) -> None:
    """Write points around each prefix: a quarter twice, a few far from Brazil."""
    counts = parameters["counts"]
    known = np.flatnonzero(places.has_point)
    scale = min(1.0, orders / counts["orders"])
    rows = max(round(counts["geolocation"] * scale), 2 * len(known))
    distinct = round(rows * counts["geolocation_distinct"] / counts["geolocation"])
    weight = places.weight[known] ** 0.5 * rng.lognormal(0, 0.8, len(known))
    place = np.concatenate(
        [known, known[_pick(rng, np.cumsum(weight), distinct - len(known))]]
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
    for start in range(0, rows, 4 * _WRITE_ROWS):
        part = row[start : start + 4 * _WRITE_ROWS]
        city = places.city[place[part]]
        files.write(
            "geolocation",
            _zip_text(places.prefix[place[part]]),
            _degrees_text(lat[part]),
            _degrees_text(lng[part]),
            np.where(
                accented[part], places.accented_names[city], places.city_names[city]
            ),
            places.state_names[places.state[place[part]]],
        )


def _write_translation(files, parameters: dict) -> None:
    pairs = [
        (name, facts["english"])
        for name, facts in parameters["categories"].items()
        if facts["english"]
    ]
    files.write(
        "translation",
        np.array([name.encode() for name, _ in pairs]),
        np.array([english.encode() for _, english in pairs]),
    )


# --- Draws ----------------------------------------------------------------------------


def _chunk_sizes(orders: int) -> list[int]:
    chunks = max(1, round(orders / _CHUNK_ORDERS))
    return [len(part) for part in np.array_split(np.empty(orders, np.int8), chunks)]


def _pick(rng, cumulative: np.ndarray, size: int) -> np.ndarray:
    """Draw positions in proportion to the steps of cumulative weights."""
    drawn = rng.random(size) * cumulative[-1]
    return np.minimum(
        np.searchsorted(cumulative, drawn, side="right"), len(cumulative) - 1
    )


def _pick_columns(rng, weights: np.ndarray) -> np.ndarray:
    """Draw a column per row of a table, in proportion to the row's weights."""
    table = np.cumsum(weights, axis=1, dtype=float)
    drawn = rng.random(len(table)) * table[:, -1]
    return (drawn[:, None] >= table).sum(axis=1)


def _pick_key(rng, weights: dict[str, float], size: int) -> np.ndarray:
    """Draw whole numbers that are the keys of weights."""
    keys = np.array([int(key) for key in weights])
    return keys[_pick(rng, np.cumsum(list(weights.values())), size)]


def _pick_within(rng, cumulative, edges, group: np.ndarray) -> np.ndarray:
    """Draw one position per group: group g holds edges[g] up to edges[g + 1]."""
    padded = np.concatenate([[0.0], cumulative])
    low, high = padded[edges[group]], padded[edges[group + 1]]
    drawn = np.searchsorted(
        cumulative, low + rng.random(len(group)) * (high - low), side="right"
    )
    return np.clip(drawn, edges[group], edges[group + 1] - 1)


def _ids(rng, number: int) -> np.ndarray:
    """Return ids of 32 hexadecimal characters: 128 random bits do not collide."""
    return np.frombuffer(rng.bytes(16 * number).hex().encode(), dtype="S32").copy()


def _seconds(values: np.ndarray) -> np.ndarray:
    return np.round(values).astype("timedelta64[s]")


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    grid = np.linspace(-6, 6, 4001)
    density = np.exp(-(grid**2) / 2)
    cumulative = np.cumsum(density)
    return np.interp(z, grid, cumulative / cumulative[-1])


# --- Text -----------------------------------------------------------------------------


class _Files:
    """Nine files under temporary names; renamed when all of them are complete."""

    def __init__(self, folder: Path):
        self.paths = {key: folder / name for key, name in FILES.items()}
        self.rows = dict.fromkeys(FILES, 0)

    def __enter__(self):
        self.handles = {
            key: open(self._temporary(path), "wb")  # noqa: SIM115
            for key, path in self.paths.items()
        }
        for key, handle in self.handles.items():
            handle.write(_header(key))
        return self

    def __exit__(self, kind, *_):
        for handle in self.handles.values():
            handle.close()
        for path in self.paths.values():
            if kind is None:
                os.replace(self._temporary(path), path)
            else:
                self._temporary(path).unlink()

    def write(self, key: str, *columns: np.ndarray) -> None:
        """Append rows given as columns of bytes, in blocks."""
        end = b"\r\n" if key == "translation" else b"\n"
        rows = len(columns[0])
        for start in range(0, rows, _WRITE_ROWS):
            block = [column[start : start + _WRITE_ROWS] for column in columns]
            self.handles[key].write(_rows_text(block, end))
        self.rows[key] += rows

    @staticmethod
    def _temporary(path: Path) -> Path:
        return path.with_name(path.name + ".partial")


def _header(key: str) -> bytes:
    """Return a header as published: quoted in most files, after a mark in one."""
    names = COLUMNS[key].split()
    if key == "translation":
        return ("\ufeff" + ",".join(names) + "\r\n").encode()
    if key == "reviews":
        return (",".join(names) + "\n").encode()
    return (",".join(f'"{name}"' for name in names) + "\n").encode()


def _rows_text(columns: list[np.ndarray], end: bytes) -> bytes:
    """Join columns of zero-padded bytes into CSV rows; the padding is dropped."""
    number = len(columns[0])
    parts = []
    for column in columns:
        parts += [_characters(column), np.full((number, 1), ord(","), np.uint8)]
    parts[-1] = np.tile(np.frombuffer(end, np.uint8), (number, 1))
    rows = np.hstack(parts)
    return rows[rows != 0].tobytes()


def _characters(text: np.ndarray) -> np.ndarray:
    text = np.ascontiguousarray(text)
    return text.view(np.uint8).reshape(len(text), text.dtype.itemsize)


def _text(characters: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(characters).view(f"S{characters.shape[1]}").ravel()


def _quoted_ids(ids: np.ndarray) -> np.ndarray:
    """Quote the ids that begin with a digit, as the real files do."""
    characters = _characters(ids)
    quoted = np.zeros((len(ids), 34), dtype=np.uint8)
    quoted[:, 1:33] = characters
    quoted[characters[:, 0] < ord("a"), 0] = ord('"')
    quoted[:, 33] = quoted[:, 0]
    return _text(quoted)


def _zip_text(prefix: np.ndarray) -> np.ndarray:
    quote = np.full((len(prefix), 1), ord('"'), dtype=np.uint8)
    return _text(np.hstack([quote, _digits(prefix, 5), quote]))


def _digits(values: np.ndarray, width: int) -> np.ndarray:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = np.asarray(values, dtype=np.int64)[:, None] // powers % 10
    return (digits + ord("0")).astype(np.uint8)


def _money_text(cents: np.ndarray) -> np.ndarray:
    whole = _characters((cents // 100).astype("S"))
    point = np.full((len(cents), 1), ord("."), dtype=np.uint8)
    return _text(np.hstack([whole, point, _digits(cents % 100, 2)]))


def _degrees_text(degrees: np.ndarray) -> np.ndarray:
    """Write degrees with 14 decimals."""
    size = np.abs(degrees)
    sign = np.where(degrees < 0, ord("-"), 0).astype(np.uint8)[:, None]
    whole = _characters(np.floor(size).astype(np.int64).astype("S"))
    point = np.full((len(size), 1), ord("."), dtype=np.uint8)
    decimals = _digits(np.floor(size % 1 * 10**14).astype(np.int64), 14)
    return _text(np.hstack([sign, whole, point, decimals]))


def _whole_text(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    text = np.asarray(values).astype(np.int64).astype("S")
    text[missing] = b""
    return text


def _time_text(times: np.ndarray) -> np.ndarray:
    """Write times as the real files do; a missing one is empty."""
    text = np.datetime_as_string(times, unit="s").astype("S19")
    characters = _characters(text)
    characters[:, 10] = ord(" ")
    characters[np.isnat(times)] = 0
    return _text(characters)


def _field(text: str) -> bytes:
    """Quote a CSV field where it needs quotes."""
    if any(mark in text for mark in ',"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()
