"""Make the sellers and products of the demo data."""

from dataclasses import dataclass

import numpy as np

from olist_segments.demo.csv_files import quoted_ids, whole_text, zip_text
from olist_segments.demo.draws import make_ids, normal_cdf, pick, pick_key, pick_within
from olist_segments.demo.places import Places, remove_points

_UNTRANSLATED = ("pc_gamer", "portateis_cozinha_e_preparadores_de_alimentos")
# Candidates per product and per seller; those without sales are left out.
_CANDIDATES_PER_PRODUCT = 3.2
_CANDIDATES_PER_SELLER = 1.35
_PRODUCT_SALES_LOG_SD = 1.8
_SELLER_OFFERS_LOG_SD = 1.6


@dataclass
class Sellers:
    """One entry per seller."""

    id: np.ndarray
    place: np.ndarray
    state: np.ndarray
    sales_weight: np.ndarray


@dataclass
class Products:
    """One entry per candidate product, sorted by the state of its seller."""

    id: np.ndarray
    seller: np.ndarray
    category: np.ndarray
    price: np.ndarray
    weight_g: np.ndarray
    cumulative: np.ndarray
    state_edges: np.ndarray
    sold: np.ndarray


def make_sellers(parameters: dict, rng, orders: int, places: Places) -> Sellers:
    """Draw sellers, more in states with more real sales, and their share of offers."""
    counts = parameters["counts"]
    number = orders * counts["sellers"] / counts["orders"] * _CANDIDATES_PER_SELLER
    number = max(30, round(number))
    states = list(parameters["states"].values())
    share = np.array([state["sellers"] for state in states], dtype=float)
    state = np.sort(pick(rng, np.cumsum(share), number))
    edges = np.searchsorted(places.state, np.arange(len(states) + 1))
    place = pick_within(rng, np.cumsum(places.weight), edges, state)
    weight = rng.lognormal(0, _SELLER_OFFERS_LOG_SD, number)
    lines = np.array([state["lines"] for state in states], dtype=float)
    per_state = np.bincount(state, weight, len(states))
    weight *= (lines / np.maximum(per_state, 1e-9))[state]
    remove_points(parameters, rng, orders, places, place, weight)
    return Sellers(make_ids(rng, number), place, state, weight)


def make_products(parameters: dict, rng, orders: int, sellers: Sellers) -> Products:
    """Draw candidate products: seller, category, popularity, price and weight."""
    counts = parameters["counts"]
    number = orders * counts["products"] / counts["orders"] * _CANDIDATES_PER_PRODUCT
    number = round(number)
    seller = np.sort(pick(rng, np.cumsum(sellers.sales_weight), number))
    categories = [
        category
        for name, category in parameters["categories"].items()
        if name not in _UNTRANSLATED
    ]
    lines = np.array([category["lines"] for category in categories], dtype=float)
    offered = np.array([category["products"] for category in categories], dtype=float)
    category = pick(rng, np.cumsum(offered), number)
    popularity = rng.lognormal(0, _PRODUCT_SALES_LOG_SD, number)
    per_category = np.bincount(category, popularity, len(categories))
    popularity *= (lines / np.maximum(per_category, 1e-9))[category]
    # The correlation of normal scores that gives the rank correlation of the real data.
    correlation = 2 * np.sin(np.pi / 6 * parameters["price_weight_correlation"])
    price_z, weight_z = rng.normal(size=(2, number))
    weight_z = correlation * price_z + (1 - correlation**2) ** 0.5 * weight_z
    levels = parameters["catalogue_probabilities"]
    tail_levels, tail = zip(*parameters["price_tail"], strict=True)
    price, weight = np.empty((2, number))
    for index, facts in enumerate(categories):
        own = category == index
        prices = np.array([*facts["prices"], *(facts["prices"][-1] * np.array(tail))])
        price[own] = np.exp(
            np.interp(normal_cdf(price_z[own]), [*levels, *tail_levels], np.log(prices))
        )
        weight[own] = np.exp(
            np.interp(normal_cdf(weight_z[own]), levels, np.log(facts["weights_g"]))
        )
    state = sellers.state[seller]
    return Products(
        id=make_ids(rng, number),
        seller=seller,
        category=category,
        price=price,
        weight_g=np.clip(np.round(weight, -1), 50, 40_000).astype(np.int64),
        cumulative=np.cumsum(popularity),
        state_edges=np.searchsorted(state, np.arange(len(parameters["states"]) + 1)),
        sold=np.zeros(number, dtype=bool),
    )


def write_sellers(files, places: Places, sellers: Sellers, products) -> None:
    """Write the sellers of products that were sold."""
    selling = np.unique(products.seller[products.sold])
    place = sellers.place[selling]
    files.write(
        "sellers",
        quoted_ids(sellers.id[selling]),
        zip_text(places.prefix[place]),
        places.city_names[places.city[place]],
        places.state_names[places.state[place]],
    )


def write_products(files, parameters: dict, rng, products: Products) -> None:
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
        pick_key(rng, parameters["photos"], number),
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
                quoted_ids(products.id[sold]),
                category,
                *(whole_text(values, bare) for values in described),
                *(whole_text(values, lost) for values in measured),
            )
        ),
    )


def write_translation(files, parameters: dict) -> None:
    """Write the English name of every category that has one."""
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
