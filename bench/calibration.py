"""Compute the parameters of the demo data from the real files of Olist.

Every figure in ``parameters.json`` is an aggregate over many rows: a count, a
share, a quantile or a regression coefficient. Run this again to rewrite the file::

    python -m bench.calibration FOLDER

where FOLDER holds the nine CSV files under their published names.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from statistics import NormalDist
from tempfile import TemporaryDirectory

import numpy as np
from olist_segments.demo.generator import write_demo_data
from olist_segments.study.comparison import FEATURES, measure, tell_apart
from olist_segments.study.raw_tables import load_files

_NORMAL = NormalDist()
_PACKAGE = Path(__file__).parents[1] / "python" / "olist_segments"
PARAMETERS_PATH = _PACKAGE / "demo" / "parameters.json"
COMPARISON_PATH = _PACKAGE / "study" / "comparison.json"
COMPARED_ORDERS = 100_000

# Every distribution is described at these probabilities. 0 and 1 are left out: the
# smallest and the largest value of a column belong to single rows.
PROBABILITIES = [
    *(0.0005, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4),
    *(0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995),
    *(0.998, 0.9995),
]
DISTANCE_EDGES_KM = [50, 200, 400, 800, 1200, 2000]
LATENESS_EDGES_DAYS = [-4, -1, 0, 1, 2, 3, 4, 6, 8]
CARD_VALUE_EDGES = [20, 35, 50, 75, 100, 130, 170, 250, 400, 800]
MIN_CITY_CUSTOMERS = 50
FURTHER_CITIES = 25
MIN_CATEGORY_LINES = 200
CATALOGUE_PROBABILITIES = [
    0.005,
    0.02,
    0.05,
    0.1,
    0.25,
    0.5,
    0.75,
    0.9,
    0.95,
    0.98,
    0.995,
]
HEAVY_G = 3_000


def compute_parameters(folder: Path) -> dict:
    """Compute every parameter of the generator.

    Parameters
    ----------
    folder : Path
        Folder that holds the nine real CSV files under their published names.

    Returns
    -------
    dict
        The content of ``parameters.json``; one function below computes each part.

    Raises
    ------
    ValueError
        If one of the nine files is missing.
    """
    connection = load_files(folder)
    return {
        "probabilities": PROBABILITIES,
        "distance_edges_km": DISTANCE_EDGES_KM,
        "lateness_edges_days": LATENESS_EDGES_DAYS,
        "card_value_edges": CARD_VALUE_EDGES,
        "catalogue_probabilities": CATALOGUE_PROBABILITIES,
        "counts": _counts(connection),
        **_people(connection),
        **_calendar(connection),
        "states": _states(connection),
        "accented_share": _accented_share(connection),
        **_catalogue(connection),
        **_freight(connection),
        **_deliveries(connection),
        **_payments(connection),
        **_reviews(connection),
    }


def compute_comparison(folder: Path, left_out: Iterable[str] = FEATURES) -> dict:
    """Compute the figures that demo data are compared with.

    Parameters
    ----------
    folder : Path
        Folder that holds the nine real CSV files under their published names.
    left_out : iterable of str
        As in `tell_apart`.

    Returns
    -------
    dict
        The content of ``comparison.json``: ``real``, the measures of the real data, and
        ``told_apart``, how well a classifier tells their customers from those of
        100,000 orders that the generator makes with the seed 42.

    Raises
    ------
    ValueError
        If one of the nine files is missing.
    """
    real = load_files(folder)
    with TemporaryDirectory() as demo_folder:
        write_demo_data(Path(demo_folder), orders=COMPARED_ORDERS, seed=42)
        demo = load_files(Path(demo_folder))
    return {"real": measure(real), "told_apart": tell_apart(real, demo, left_out)}


def main() -> None:
    """Rewrite both JSON files from the folder named on the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, help="folder of the nine real CSV files")
    folder = parser.parse_args().folder
    # The demo data for the comparison need the new parameters.
    for path, compute in (
        (PARAMETERS_PATH, compute_parameters),
        (COMPARISON_PATH, compute_comparison),
    ):
        path.write_text(_readable(compute(folder)) + "\n", encoding="utf-8")
        print(f"wrote {path}")


def _counts(connection) -> dict:
    """Rows per file, and how many rows have each defect."""
    return _row(
        connection,
        """
        select
            (select count(*) from orders) as orders,
            (select count(*) from sellers) as sellers,
            (select count(*) from products) as products,
            (select count(*) from geolocation) as geolocation,
            (select count(*) from (select distinct * from geolocation))
                as geolocation_distinct,
            (select count(*) from geolocation
                where geolocation_lat::double not between -33.75116944 and 5.27438888
                or geolocation_lng::double not between -73.98283055 and -34.79314722)
                as points_outside_brazil,
            (select count(*) from products where product_category_name is null)
                as products_without_category,
            (select count(*) from products where product_weight_g is null)
                as products_without_weight,
            (select count(distinct customer_zip_code_prefix) from customers)
                as customer_prefixes,
            (select count(distinct customer_zip_code_prefix) from customers
                where customer_zip_code_prefix not in (select prefix from places))
                as customer_prefixes_without_place,
            (select count(distinct seller_zip_code_prefix) from sellers
                where seller_zip_code_prefix not in (select prefix from places))
                as seller_prefixes_without_place,
            (select count(*) - count(distinct review_id) from reviews)
                as repeated_review_ids,
            (select count(*) - count(distinct order_id) from reviews)
                as further_reviews,
            (select count(*) from facts where paid is null) as orders_without_payment,
            (select count(*) from facts where types = 'not_defined') as not_defined,
            (select count(*) from payments where payment_installments = '0')
                as no_installments,
            (select count(*) from facts where delivered < carried)
                as customer_before_carrier,
            (select count(*) from facts
                where status = 'delivered' and delivered is null)
                as delivered_without_date,
            (select count(*) from facts
                where status = 'delivered' and approved is null)
                as delivered_without_approval
        """,
    )


def _people(connection) -> dict:
    """Orders per person, days between two orders, and how often a person moves."""
    orders_per_person = _pairs(
        connection,
        """
        select orders, count(*)
        from (select count(*) as orders from facts group by person)
        group by all order by all
        """,
    )
    gaps = _quantiles(
        connection,
        """
        select epoch(bought - lag(bought) over (partition by person order by bought))
            / 86400 as x
        from facts
        """,
    )
    moved = _row(
        connection,
        """
        select avg((prefixes > 1)::int) as moved_share
        from (
            select count(distinct customer_zip_code_prefix) as prefixes
            from customers group by customer_unique_id having count(*) > 1
        )
        """,
    )
    return {"orders_per_person": orders_per_person, "gap_days": gaps, **moved}


def _calendar(connection) -> dict:
    """Orders, statuses and pace per month; days of the week, hours, peak days."""
    rows = connection.sql(
        f"""
        with middle as (
            select
                median(epoch(carried - approved)) as handling,
                median(epoch(delivered - carried)) as transit,
                median(epoch(estimated - bought)) as estimate
            from facts where status = 'delivered'
        )
        select
            month,
            count(*),
            -- Days of a handful of orders would be those of single rows.
            if(count(*) < 15, 1, min(day(bought))),
            if(count(*) < 15, day(last_day(any_value(bought))), max(day(bought))),
            coalesce(median(epoch(carried - approved)) / any_value(handling), 1),
            coalesce(median(epoch(delivered - carried)) / any_value(transit), 1),
            coalesce(median(epoch(estimated - bought)) / any_value(estimate), 1),
            quantile_cont(
                epoch(delivered - estimated) / 86400, {CATALOGUE_PROBABILITIES}
            ) filter (status = 'delivered')
        from facts, middle group by month order by month
        """
    ).fetchall()
    statuses = connection.sql(
        "select month, status, count(*) from facts group by all order by all"
    ).fetchall()
    months = {
        month: {
            "orders": orders,
            "first_day": first,
            "last_day": last,
            # A pace from a handful of orders means nothing.
            "handling": round(handling, 3) if orders > 50 else 1,
            "transit": round(transit, 3) if orders > 50 else 1,
            "estimate": round(estimate, 3) if orders > 50 else 1,
            "delay_days": [round(x, 1) for x in delay] if orders > 50 else None,
            "statuses": {s: n for m, s, n in statuses if m == month},
        }
        for month, orders, first, last, handling, transit, estimate, delay in rows
    }
    peaks = connection.sql(
        """
        with days as (
            select bought::date as day, month, count(*) as orders
            from facts group by all
        )
        select day::varchar, round(orders / sum(orders) over (partition by month), 4)
        from days
        qualify orders > 2.5 * avg(orders) over (partition by month)
            and sum(orders) over (partition by month) > 500
        order by day
        """
    ).fetchall()
    # Orders of a week, compared with those expected from its month and its weekdays.
    week_paces = _pairs(
        connection,
        """
        with days as (
            select bought::date as day, month, isodow(bought) as weekday,
                count(*) as orders
            from facts group by all
        ),
        weekdays as (
            select weekday, sum(orders) as weight from days group by weekday
        ),
        expected as (
            select
                date_trunc('week', day) as week, orders,
                sum(orders) over (partition by month) * weight
                    / sum(weight) over (partition by month) as expected
            from days join weekdays using (weekday)
            qualify sum(orders) over (partition by month) > 500
                and orders < 2.5 * avg(orders) over (partition by month)
        )
        select week::date, round(sum(orders) / sum(expected), 2) from expected
        group by week having sum(orders) > 50 order by week
        """,
    )
    weekdays = _pairs(
        connection, "select isodow(bought), count(*) from facts group by all order by 1"
    )
    hours = _pairs(
        connection, "select hour(bought), count(*) from facts group by all order by 1"
    )
    return {
        "months": months,
        "peak_days": dict(peaks),
        "week_paces": week_paces,
        "weekday_orders": list(weekdays.values()),
        "hour_orders": list(hours.values()),
    }


def _states(connection) -> dict:
    """Shares, zip range and cities of each state."""
    states = connection.sql(
        """
        select
            state,
            (select count(*) from customers where customer_state = state) as customers,
            (select count(*) from sellers where seller_state = state) as sellers,
            (select count(*) from line_facts where seller_state = state) as lines,
            (
                select round(
                    avg(ln(price)) - (select avg(ln(price)) from line_facts), 3
                )
                from line_facts where customer_state = state
            ) as log_price_level,
            count(*) as prefixes,
            quantile_disc(prefix::int, 0.005) as zip_from,
            quantile_disc(prefix::int, 0.995) as zip_to
        from places group by state order by customers desc
        """
    )
    names = states.columns
    cities = connection.sql(
        f"""
        with spellings as (
            select
                geolocation_state as state,
                strip_accents(geolocation_city) as city,
                mode(geolocation_city) filter (
                    geolocation_city <> strip_accents(geolocation_city)
                ) as accented
            from geolocation group by all
        ),
        buyers as (
            select customer_state as state, customer_city as city, count(*) as customers
            from customers group by all
        ),
        towns as (
            select
                state,
                city,
                count(*) as prefixes,
                round(median(lat), 2) as lat,
                round(median(lng), 2) as lng,
                quantile_disc(prefix::int, 0.03) as zip_from,
                quantile_disc(prefix::int, 0.97) as zip_to
            from places group by all
        )
        select
            state, city, coalesce(accented, city), customers, prefixes, lat, lng,
            zip_from, zip_to,
            customers >= {MIN_CITY_CUSTOMERS}
                or row_number() over (partition by state order by customers desc) = 1
        from towns
        join buyers using (state, city)
        left join spellings using (state, city)
        where regexp_matches(city, '^[a-z ]+$')
        qualify row_number() over (
            partition by state, customers >= {MIN_CITY_CUSTOMERS}
            order by customers desc, city
        ) <= {FURTHER_CITIES}
            or customers >= {MIN_CITY_CUSTOMERS}
        order by state, customers desc, city
        """
    ).fetchall()
    result = {}
    for row in states.fetchall():
        state = dict(zip(names[1:], row[1:], strict=True))
        own = [city for city in cities if city[0] == row[0]]
        # name, name with accents, customers, prefixes, latitude, longitude, zip range
        state["cities"] = [list(city[1:9]) for city in own if city[9]]
        # name, name with accents, latitude, longitude: share the state's remainder
        state["further_cities"] = [
            [*city[1:3], *city[5:7]] for city in own if not city[9]
        ]
        result[row[0]] = state
    return result


def _accented_share(connection) -> float:
    """Share of geolocation rows with accents, among cities whose name has any."""
    return _row(
        connection,
        """
        select round(sum(accented) / sum(points), 3) as share from (
            select
                count(*) as points,
                count(*) filter (geolocation_city <> strip_accents(geolocation_city))
                    as accented
            from geolocation group by geolocation_state, strip_accents(geolocation_city)
        ) where accented > 0
        """,
    )["share"]


def _catalogue(connection) -> dict:
    """Categories with prices and weights, lines per order, endings of prices."""
    categories = connection.sql(
        f"""
        with pooled as (
            select
                quantile_cont(price_ratio, {CATALOGUE_PROBABILITIES}) as prices,
                quantile_cont(weight_ratio, {CATALOGUE_PROBABILITIES}) as weights
            from (
                select
                    price / median(price) over (partition by category) as price_ratio,
                    weight / median(weight) over (partition by category)
                        as weight_ratio
                from line_facts where category is not null
            )
        )
        select
            category,
            english,
            count(*) as lines,
            count(distinct product_id) as products,
            -- The tails of a small category would be single rows: pooled ones do.
            if(
                count(*) >= {MIN_CATEGORY_LINES},
                quantile_cont(price, {CATALOGUE_PROBABILITIES}),
                [round(x * median(price), 2) for x in any_value(pooled.prices)]
            ) as prices,
            if(
                count(*) >= {MIN_CATEGORY_LINES},
                quantile_cont(weight, {CATALOGUE_PROBABILITIES}),
                [round(x * median(weight)) for x in any_value(pooled.weights)]
            ) as weights_g
        from line_facts
        cross join pooled
        left join (
            select
                product_category_name as category,
                product_category_name_english as english
            from translation
        ) using (category)
        where category is not null
        group by category, english order by lines desc, category
        """
    )
    names = categories.columns[1:]
    last = CATALOGUE_PROBABILITIES[-1]
    standardised = """
        select
            percent_rank() over (partition by category order by price) as price,
            percent_rank() over (partition by category order by weight) as weight
        from line_facts
        where category is not null and weight > 0
    """
    return {
        "categories": {
            row[0]: {
                key: [round(x, 2) for x in value] if isinstance(value, list) else value
                for key, value in zip(names, row[1:], strict=True)
            }
            for row in categories.fetchall()
        },
        # Beyond the last quantile, pooled: probability and price over that quantile.
        "price_tail": [
            [
                level,
                *_list(
                    connection,
                    f"""
                select round(quantile_cont(ratio, {1 - (1 - level) / (1 - last)}), 3)
                from (
                    select price / quantile_cont(price, {last})
                        over (partition by category) as ratio
                    from line_facts where category is not null
                    qualify count(*) over (partition by category)
                        >= {MIN_CATEGORY_LINES}
                ) where ratio > 1
                """,
                ),
            ]
            for level in (0.998, 0.999, 0.9998)
        ],
        "price_weight_correlation": _row(
            connection,
            f"select round(corr(price, weight), 3) as r from ({standardised})",
        )["r"],
        "cents_endings": _pairs(
            connection,
            """
            select cents, lines from (
                select round(price * 100)::int % 100 as cents, count(*) as lines
                from line_facts group by all
            ) where lines >= 300 order by lines desc
            """,
        ),
        "lines_per_order": _pairs(
            connection,
            "select lines, count(*) from facts where lines > 0 group by all order by 1",
        ),
        **_row(
            connection,
            """
            select
                round(avg((products = 1)::int), 3) as same_product_share,
                round(avg((sellers = 1)::int) filter (products > 1), 3)
                    as same_seller_share
            from facts where lines > 1
            """,
        ),
        "seller_sales_log_sd": _row(
            connection,
            """
            select round(stddev(ln(lines)), 2) as sd
            from (select count(*) as lines from line_facts group by seller_id)
            """,
        )["sd"],
        "same_state_lines": _row(
            connection,
            "select round(avg((seller_state = customer_state)::int), 4) as share "
            "from line_facts",
        )["share"],
        **_row(
            connection,
            """
            select
                quantile_cont(
                    product_name_lenght::int, [0.05, 0.25, 0.5, 0.75, 0.95]
                ) as name_length,
                quantile_cont(
                    product_description_lenght::int, [0.05, 0.25, 0.5, 0.75, 0.95]
                ) as description_length
            from products
            """,
        ),
        "photos": _pairs(
            connection,
            """
            select product_photos_qty::int, count(*) from products
            where product_photos_qty::int <= 10 group by all order by 1
            """,
        ),
    }


def _freight(connection) -> dict:
    """Log freight regressed on distance band, log weight and log price."""
    lines = connection.sql(
        """
        select distance, weight, price, ln(freight) as log_freight
        from line_facts where freight > 0 and weight > 0 and distance is not null
        order by all
        """
    ).fetchnumpy()
    band = np.searchsorted(DISTANCE_EDGES_KM, lines["distance"])
    bands = np.eye(len(DISTANCE_EDGES_KM) + 1)[band]
    weight = np.log(lines["weight"] / 1_000)[:, None]
    price = np.log(lines["price"] / 100)[:, None]
    design = np.hstack([bands, bands * weight, bands * weight**2, price, price**2])
    solution = np.linalg.lstsq(design, lines["log_freight"], rcond=None)[0]
    residual = lines["log_freight"] - design @ solution
    heavy = lines["weight"] > HEAVY_G
    size = len(DISTANCE_EDGES_KM) + 1
    return {
        "freight": {
            # Log of reais at 1 kg and 100 reais, per band of distance; then the
            # slopes on log kilograms, its square, log price / 100 and its square.
            "by_distance": solution[:size].round(4).tolist(),
            "log_weight": solution[size : 2 * size].round(4).tolist(),
            "log_weight_squared": solution[2 * size : 3 * size].round(4).tolist(),
            "log_price": round(float(solution[-2]), 4),
            "log_price_squared": round(float(solution[-1]), 4),
            "heavy_g": HEAVY_G,
            "residual_light": _array_quantiles(residual[~heavy]),
            "residual_heavy": _array_quantiles(residual[heavy]),
            **_row(
                connection,
                "select round(avg((freight = 0)::int), 5) as free_share "
                "from line_facts",
            ),
        }
    }


def _deliveries(connection) -> dict:
    """Hours to approval, days of handling, transit and promise, shipping limit."""
    approval = {
        kind: _quantiles(
            connection,
            f"""
            select epoch(approved - bought) / 3600 as x
            from facts where first_type = '{kind}'
            """,
        )
        for kind in ("credit_card", "boleto", "debit_card", "voucher")
    }
    band = "case " + " ".join(
        f"when distance <= {edge} then {i}" for i, edge in enumerate(DISTANCE_EDGES_KM)
    )
    paced = f"""
        with middle as (
            select
                month,
                median(epoch(carried - approved)) as handling,
                median(epoch(delivered - carried)) as transit,
                median(epoch(estimated - bought)) as estimate
            from facts where status = 'delivered' group by month having count(*) > 50
        ),
        base as (
            select
                median(epoch(carried - approved)) as handling,
                median(epoch(delivered - carried)) as transit,
                median(epoch(estimated - bought)) as estimate
            from facts where status = 'delivered'
        )
        select
            epoch(carried - approved) / 86400 / middle.handling * base.handling
                as handling,
            epoch(delivered - carried) / 86400 / middle.transit * base.transit
                as transit,
            epoch(estimated - bought) / 86400 / middle.estimate * base.estimate
                as estimate,
            {band} else {len(DISTANCE_EDGES_KM)} end as band
        from facts join middle using (month), base
        where status = 'delivered' and distance is not null and delivered > carried
    """
    bands = range(len(DISTANCE_EDGES_KM) + 1)
    return {
        "approval_hours": approval,
        "handling_days": _quantiles(connection, f"select handling as x from ({paced})"),
        "transit_days": [
            _quantiles(
                connection, f"select transit as x from ({paced}) where band = {i}"
            )
            for i in bands
        ],
        "estimate_days": [
            _quantiles(
                connection, f"select estimate as x from ({paced}) where band = {i}"
            )
            for i in bands
        ],
        "promise_weights": [
            _promise_weights(
                connection.sql(f"from ({paced}) where band = {i} order by all")
            )
            for i in bands
        ],
        "late_by_distance": _list(
            connection,
            f"""
            select round(avg((delivered > estimated)::int), 4)
            from (select *, {band} else {len(DISTANCE_EDGES_KM)} end as band from facts)
            where status = 'delivered' and distance is not null
            group by band order by band
            """,
        ),
        **_usual_times(connection),
        "limit_days": _quantiles(
            connection,
            """
            select epoch(shipping_limit_date::timestamp - approved) / 86400 as x
            from items join facts using (order_id)
            """,
        ),
        "no_item_shares": _pairs(
            connection,
            """
            select status, round(avg((lines = 0)::int), 4) from facts
            group by status order by count(*) desc
            """,
        ),
        **_row(
            connection,
            """
            select
                round(avg(ln(paid)), 3) as no_item_log_value,
                round(stddev(ln(paid)), 3) as no_item_log_value_sd
            from facts where lines = 0 and paid > 0
            """,
        ),
    }


def _usual_times(connection) -> dict:
    """Orders by weekday, Monday first, and by hour of hand-over, delivery, promise."""
    usual = {}
    for event, column in (
        ("carrier", "carried"),
        ("delivery", "delivered"),
        ("promise", "estimated"),
    ):
        usual[f"{event}_weekdays"] = _list(
            connection,
            f"""
            select (select count(*) from facts where isodow({column}) = day)
            from range(1, 8) as days(day)
            """,
        )
        usual[f"{event}_hours"] = _list(
            connection,
            f"""
            select (select count(*) from facts where hour({column}) = start)
            from range(24) as hours(start)
            """,
        )
    # A promise ends at midnight.
    del usual["promise_hours"]
    return usual


def _promise_weights(relation) -> list[float]:
    """Regress the normal score of the promise on those of handling and transit."""
    columns = relation.fetchnumpy()
    known = ~np.ma.getmaskarray(np.ma.asarray(columns["handling"]))
    scores = []
    for name in ("handling", "transit", "estimate"):
        values = np.asarray(columns[name])[known]
        uniform = (np.argsort(np.argsort(values, kind="stable")) + 0.5) / len(values)
        scores.append(np.array([_NORMAL.inv_cdf(u) for u in uniform]))
    design = np.column_stack(scores[:2])
    return np.linalg.lstsq(design, scores[2], rcond=None)[0].round(3).tolist()


def _payments(connection) -> dict:
    """Kinds of payment and installments by value; vouchers; gaps to the order."""
    value_case = "case " + " ".join(
        f"when value <= {edge} then {i}" for i, edge in enumerate(CARD_VALUE_EDGES)
    )
    value_case += f" else {len(CARD_VALUE_EDGES)} end"
    kinds = ("credit_card", "boleto", "debit_card", "voucher", "card+voucher", "cards")
    kind_rows = connection.sql(
        f"""
        select
            {value_case} as band,
            case
                when types = 'credit_card' and payment_rows > 1 then 'cards'
                when types = 'credit_card+voucher' then 'card+voucher'
                else types
            end as kind,
            count(*)
        from (select *, paid as value from facts where paid > 0)
        group by all
        """
    ).fetchall()
    installment_rows = connection.sql(
        f"""
        select {value_case} as band, installments, count(*)
        from (
            select payment_value::double as value, payment_installments::int
                as installments
            from payments where payment_type = 'credit_card'
        )
        where installments between 1 and 24 group by all
        """
    ).fetchall()
    bands = range(len(CARD_VALUE_EDGES) + 1)
    return {
        "payment_kinds": list(kinds),
        "payment_kind_orders": [
            [sum(n for b, k, n in kind_rows if (b, k) == (i, kind)) for kind in kinds]
            for i in bands
        ],
        "installment_rows": [
            [
                sum(n for b, k, n in installment_rows if (b, k) == (i, j + 1))
                for j in range(24)
            ]
            for i in bands
        ],
        "voucher_rows": {
            "voucher": _pairs(
                connection,
                """
                select vouchers, count(*) from facts where types = 'voucher'
                group by all having count(*) > 2 order by 1
                """,
            ),
            "card+voucher": _pairs(
                connection,
                """
                select vouchers, count(*) from facts
                where types = 'credit_card+voucher'
                group by all having count(*) > 2 order by 1
                """,
            ),
        },
        "voucher_share_of_value": _quantiles(
            connection,
            """
            select vouched / paid as x from facts join (
                select order_id, sum(payment_value::double) as vouched
                from payments where payment_type = 'voucher' group by all
            ) using (order_id)
            where types = 'credit_card+voucher'
            """,
        ),
        **_row(
            connection,
            """
            select
                round(avg((abs(paid - value) between 0.005 and 1)::int), 5)
                    as cents_gap_share,
                round(avg((paid - value > 1)::int), 5) as interest_share,
                round(avg(paid / value) filter (paid - value > 1), 3)
                    as interest_factor,
                round(avg((paid - value < -1)::int), 5) as underpaid_share
            from facts where lines > 0 and paid > 0
            """,
        ),
    }


def _reviews(connection) -> dict:
    """Scores by lateness and lines, orders without review, comments, answers."""
    edges = LATENESS_EDGES_DAYS
    lateness = "case when delivered is null then 0 " + " ".join(
        f"when late <= {edge} then {i + 1}" for i, edge in enumerate(edges)
    )
    rows = connection.sql(
        f"""
        select
            {lateness} else {len(edges) + 1} end as band,
            (lines > 1)::int as several,
            review_score::int as score,
            count(*)
        from (
            select *, ceil(epoch(delivered - estimated) / 86400) as late from facts
        )
        join reviews using (order_id)
        group by all
        """
    ).fetchall()
    bands = range(len(edges) + 2)
    return {
        "scores": {
            name: [
                [
                    sum(n for b, k, s, n in rows if (b, k, s) == (i, flag, score))
                    for score in range(1, 6)
                ]
                for i in bands
            ]
            for flag, name in enumerate(("one_line", "several_lines"))
        },
        "no_review_shares": _pairs(
            connection,
            """
            select status, round(avg((order_id not in (
                select order_id from reviews
            ))::int), 4) from facts group by status order by count(*) desc
            """,
        ),
        "title_shares": _list(
            connection,
            """
            select round(avg((review_comment_title is not null)::int), 3)
            from reviews group by review_score order by review_score
            """,
        ),
        "message_shares": _list(
            connection,
            """
            select round(avg((review_comment_message is not null)::int), 3)
            from reviews group by review_score order by review_score
            """,
        ),
        # The parts of messages that make them hard to read as CSV.
        "message_mark_shares": _row(
            connection,
            """
            select
                round(1 - line_break - quotes - emoji, 4) as plain,
                round(line_break, 4) as line_break,
                round(quotes, 4) as quotes,
                round(emoji, 4) as emoji
            from (
                select
                    avg(contains(message, chr(10))::int) as line_break,
                    avg(contains(message, '"')::int) as quotes,
                    avg(regexp_matches(
                        message, '[\u2600-\u27bf\U0001f300-\U0001faff]'
                    )::int) as emoji
                from (select review_comment_message as message from reviews)
                where message is not null
            )
            """,
        ),
        "answer_days": _quantiles(
            connection,
            """
            select epoch(
                review_answer_timestamp::timestamp - review_creation_date::timestamp
            ) / 86400 as x from reviews
            """,
        ),
    }


def _quantiles(connection, query: str) -> list[float]:
    """Return the quantiles of column x of a query at `PROBABILITIES`."""
    values = connection.sql(
        f"select quantile_cont(x, {PROBABILITIES}) from ({query}) where x is not null"
    ).fetchall()[0][0]
    return [round(value, 4) for value in values]


def _array_quantiles(values: np.ndarray) -> list[float]:
    return np.quantile(values, PROBABILITIES).round(4).tolist()


def _row(connection, query: str) -> dict:
    relation = connection.sql(query)
    return dict(zip(relation.columns, relation.fetchall()[0], strict=True))


def _pairs(connection, query: str) -> dict:
    return {str(key): value for key, value in connection.sql(query).fetchall()}


def _list(connection, query: str) -> list:
    return [row[0] for row in connection.sql(query).fetchall()]


def _readable(value, indent: int = 0) -> str:
    """Return JSON with one line per innermost list or dict."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 88 or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(k, ensure_ascii=False)}: {_readable(v, indent + 2)}"
            for k, v in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    if all(not isinstance(item, dict | list) for item in value):
        return flat
    parts = [inner + json.dumps(item, ensure_ascii=False) for item in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


if __name__ == "__main__":
    main()
