"""Make order lines: products, prices and freight."""

import numpy as np

from olist_segments.demo.csv_files import money_text, quoted_ids, time_text
from olist_segments.demo.draws import DAY, pick, pick_key, pick_within, seconds
from olist_segments.demo.planted import near_prices
from olist_segments.demo.shop import Shop

# How often the cheaper of two candidate products is bought, by lines of the order
# (0, 1, ... 5 or more); negative if the more expensive one is.
_CHEAPER_OF_TWO = (0, -0.09, 0.55, 0.85, 0.8, 1.0)
# The effect of that choice: mean distance of one of two draws from their mean, in logs.
_CHOICE_LOG_PRICE = 0.52
# Share of cheap distant products, and of expensive near ones, that are drawn again.
_UNLIKELY_REDRAWN = 0.27
_MAX_PRICE = 6_735
_USUAL_FREIGHT = 20
# Share of lines that look for a seller in the customer's state; others may find one.
_LOCAL_SALES_SHARE = 0.056
_LIST_PRICE_CHANGES = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.95, 1.05, 1.1)


def make_lines(shop: Shop, orders: dict) -> dict[str, np.ndarray]:
    """Draw products, prices and freight of every order line."""
    rng, parameters, products = shop.rng, shop.parameters, shop.products
    order = np.repeat(np.arange(len(orders["lines"])), orders["lines"])
    number = len(order)
    first = np.searchsorted(order, order)
    position = np.arange(number) - first
    product = _draw_cheaper(shop, orders["place"][order], orders["lines"][order])
    same_seller, same_product = shop.rng.random((2, len(orders["lines"])))[:, order]
    later = position > 0
    own = later & (same_seller < parameters["same_seller_share"])
    product = np.where(
        own, _draw_of_seller(shop, products.seller[product[first]]), product
    )
    copied = later & (same_product < parameters["same_product_share"])
    product = np.where(copied, product[first], product)
    if shop.planted:
        value = orders["target"]["value"] / np.maximum(orders["lines"], 1)
        product = near_prices(shop, value[order] - _USUAL_FREIGHT)
        copied = np.zeros_like(copied)
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


def write_items(files, shop: Shop, orders: dict, lines: dict) -> None:
    """Write the lines sorted by order, like the real file."""
    rank = np.empty(len(orders["lines"]), dtype=np.int64)
    rank[np.argsort(orders["order_id"])] = np.arange(len(rank))
    by_id = np.argsort(rank[lines["order"]], kind="stable")
    order, product = lines["order"][by_id], lines["product"][by_id]
    approved = np.where(
        np.isnat(orders["approved"]), orders["bought"] + 1800, orders["approved"]
    )
    limit = shop.quantile(shop.parameters["limit_days"], size=len(rank))
    limit = approved + seconds(np.round(limit) * DAY)
    files.write(
        "items",
        quoted_ids(orders["order_id"][order]),
        (lines["position"][by_id] + 1).astype("S"),
        quoted_ids(shop.products.id[product]),
        quoted_ids(shop.sellers.id[shop.products.seller[product]]),
        time_text(limit[order]),
        money_text(lines["price"][by_id]),
        money_text(lines["freight"][by_id]),
    )


def _draw_cheaper(shop: Shop, home: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Draw products: cheaper ones in orders of several lines and in some states."""
    level = [facts["log_price_level"] for facts in shop.parameters["states"].values()]
    tilt = np.array(_CHEAPER_OF_TWO)[np.minimum(lines, len(_CHEAPER_OF_TWO) - 1)]
    tilt = tilt - np.array(level)[shop.places.state[home]] / _CHOICE_LOG_PRICE
    one, other = _draw_products(shop, home), _draw_products(shop, home)
    cheaper = shop.products.price[other] < shop.products.price[one]
    swap = (cheaper == (tilt > 0)) & (shop.rng.random(len(home)) < np.abs(tilt))
    return np.where(swap, other, one)


def _draw_products(shop: Shop, home: np.ndarray) -> np.ndarray:
    """Draw a product per line: few cheap ones from afar, few expensive ones nearby."""
    product = _draw_popular(shop, shop.places.state[home])
    distance = _distance(shop, home, shop.products.seller[product])
    price = shop.products.price[product]
    unlikely = (distance > np.median(distance)) == (price < np.median(price))
    again = unlikely & (shop.rng.random(len(home)) < _UNLIKELY_REDRAWN)
    product[again] = _draw_popular(shop, shop.places.state[home[again]])
    return product


def _draw_popular(shop: Shop, state: np.ndarray) -> np.ndarray:
    """Draw a product per line by popularity, some from sellers of the same state."""
    products = shop.products
    anywhere = pick(shop.rng, products.cumulative, len(state))
    sellers = np.diff(products.state_edges)[state] > 0
    local = sellers & (shop.rng.random(len(state)) < _LOCAL_SALES_SHARE)
    anywhere[local] = pick_within(
        shop.rng, products.cumulative, products.state_edges, state[local]
    )
    return anywhere


def _draw_of_seller(shop: Shop, seller: np.ndarray) -> np.ndarray:
    edges = np.searchsorted(shop.products.seller, np.arange(len(shop.sellers.id) + 1))
    return pick_within(shop.rng, shop.products.cumulative, edges, seller)


def _with_usual_cents(shop: Shop, price: np.ndarray) -> np.ndarray:
    """Return prices in cents with the endings that shops use, such as 90 and 99."""
    cents = pick_key(shop.rng, shop.parameters["cents_endings"], len(price))
    whole = np.floor(np.minimum(price, _MAX_PRICE - 1)).astype(np.int64)
    usual = whole * 100 + cents
    return np.where(price < 5, np.round(price * 100).astype(np.int64), usual)


def _draw_freight(shop: Shop, orders, order, product, price) -> np.ndarray:
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


def _distance(shop: Shop, home: np.ndarray, seller: np.ndarray) -> np.ndarray:
    """Return kilometres along the great circle between home and seller."""
    places, shop_place = shop.places, shop.sellers.place[seller]
    lat_a, lat_b = np.radians(places.lat[home]), np.radians(places.lat[shop_place])
    lng = np.radians(places.lng[home] - places.lng[shop_place])
    chord = (
        np.sin((lat_a - lat_b) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin(lng / 2) ** 2
    )
    return 2 * 6371 * np.arcsin(np.sqrt(chord))
