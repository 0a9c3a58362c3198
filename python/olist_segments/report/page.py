"""Write the report from the answers of the tables."""

from itertools import takewhile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from olist_segments.charts import segments as charts
from olist_segments.charts.formation import segment_formation
from olist_segments.charts.style import segment_colors, segment_symbols
from olist_segments.pages import Chart, Column, Table, render, written
from olist_segments.project import is_synthetic, shell_command
from olist_segments.report.queries import BREAKDOWNS, QUERIES
from olist_segments.shop import Currency, Shop, read_shop

# A feature sets a segment apart from this many standard deviations on.
SETS_APART = 0.2
# What the card of a segment says in a sentence: a verb, and how many values at most.
HABITS = {
    "state": ("live in", 2),
    "category": ("buy", 2),
    "payment_type": ("pay by", 1),
}
NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
NUMBERS += ["Ten", "Eleven", "Twelve"]
# What the band of a segment means for its use.
BANDS = {
    "highly stable": "Highly stable: other customers would have given nearly the same "
    "segment.",
    "valid": "Valid: other customers would have given much the same segment.",
    "a pattern": "A pattern: other customers would have given such a segment, but with "
    "many other members. Read it as a tendency.",
    "not to be trusted": "Not to be trusted: other customers would often have given "
    "another segment. Base no campaign on it alone.",
    "dissolved": "Dissolved: other customers would mostly have given no such segment. "
    "Do not use it.",
}
SCORES = {
    "inertia": "More segments always fit closer. The inertia, which is the variation "
    "left within segments, falls steeply before the elbow and slowly after it. "
    "Where the elbow lies depends on the range that is drawn, so the choice goes by "
    "the bend at each k; 1 means no bend.",
    "silhouette": "The silhouette, from -1 to 1, says how much nearer customers are to "
    "their own segment than to the next, by the squared Euclidean distance of scaled "
    "features. Noise has a silhouette too, so only the difference counts.",
    "stability_min_ari": "Random halves of the customers are segmented again. The "
    "adjusted Rand index is 1 if a refit finds the same segments, and 0 if they agree "
    "only by chance. The lowest of the refits counts.",
}


def render_report(
    database: Path, *, map_points: int = 2000, table_rows: int = 12
) -> str:
    """Write the report on a built database as one page of HTML.

    A banner says so if its customers are synthetic, as the ids of demo data show.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.
    map_points : int, default 2000
        Customers on the map: those with the smallest hashes of their keys.
    table_rows : int, default 12
        Most rows of a table whose length depends on the data.

    Returns
    -------
    str
        It needs no other file and no network. The same database gives the same text,
        whose length does not grow with the number of customers.

    Raises
    ------
    duckdb.BinderException, duckdb.CatalogException
        If the database has not been built completely.
    """
    filled = {"map_points": map_points, "table_rows": table_rows}
    with duckdb.connect(str(database), read_only=True) as connection:
        data = {
            name: connection.sql(query.format(**filled)).df()
            for name, query in QUERIES.items()
        }
        is_made_up = is_synthetic(connection)
        shop = read_shop(connection)
    currency = shop.currency
    totals = data["totals"].iloc[0].to_dict()
    money = data["money"].iloc[0].to_dict()
    segments = [
        _segment(data, shop, one) for one in data["segments"].to_dict("records")
    ]
    overall = {
        "overview": _overview(data),
        "apart": _apart(data),
        "spend": _spend(data, currency),
        "map": _map(data),
        **{score: _score(data, score) for score in charts.SCORES},
    }
    moves, formation = _moves(data), _formation(data)
    changes = _changes(data, currency)
    optional = [one for one in (moves, formation, changes) if one]
    shown = [
        *overall.values(),
        *(one for s in segments for one in s["charts"].values()),
    ]
    return render(
        "report.html",
        [*overall.values(), *shown, *optional],
        currency=currency,
        title=f"Customer segments, {totals['as_of_date']:%Y-%m-%d}",
        is_synthetic=is_made_up,
        shop=shop,
        closer=_closer(shop),
        totals=totals,
        segments=segments,
        overall=overall,
        moves=moves,
        formation=formation,
        stability=_stability(data),
        changes=changes,
        period=data["changes"].iloc[0].to_dict() if changes else None,
        outcomes=_outcomes(data),
        refits=data["stability"]["refits"].max(),
        history=data["history"].replace({pd.NaT: None}).iloc[0].to_dict(),
        model=data["model"].iloc[0].to_dict(),
        comparison=_comparison(data, totals),
        candidates=_candidates(data),
        is_any_eligible=data["candidates"]["is_eligible"].any(),
        rivals=_rivals(data["candidates"]),
        drift=_drift(data),
        money=_money(money, shop),
        returned=money["returned"],
        is_gross=money["of_canceled_returns"] != 0,
        excluded=_excluded(data, shop),
        rejected=_rejected(data),
        quality=_quality(data),
        findings=_findings(data, totals, money, currency),
        told_apart_by=_listed(_named(data["features"])),
        is_slow_but_early=_is_slow_but_early(data["features"]),
        axes=[charts.axis_words(data["loadings"], axis) for axis in ("x", "y")],
        map_points=len(data["map"]),
        count_word=_count_word(len(segments)),
        least_factor=charts.LEAST_FACTOR,
        least_points=100 * charts.LEAST_DIFFERENCE,
        win_back=shell_command(
            "query win_back --to win_back.csv", "demo" if is_made_up else "dev"
        ),
    )


def in_words(
    number: float,
    phrase: str,
    negative: str = "",
    *,
    currency: Currency,
    is_short: bool = False,
) -> str:
    """Say a mean of a segment in words.

    Parameters
    ----------
    number : float
        The mean.
    phrase : str
        What the configuration calls the metric after its value. If it begins with the
        name of the currency, the value is an amount; if with %, it is a share.
    negative : str, default ""
        What it calls the metric after a negative value, if that differs.
    currency : Currency
    is_short : bool, default False
        Whether the phrase can be left out because it was given before.

    Returns
    -------
    str
        Such as "6.4 installments per order", "€309.43 spent", "12.3% of orders late"
        or "1.8 days earlier than promised"; in short "6.4", "€309.43", "12.3%" and
        "1.8 earlier".
    """
    if _is_amount(phrase, currency):
        amount = written(number, "money", currency)
        return amount if is_short else f"{amount}{phrase.removeprefix(currency.name)}"
    if is_short:
        return written(number, _kind(phrase, negative))
    if phrase.startswith("%"):
        return f"{written(number, 'share')}{phrase.removeprefix('%')}"
    if negative and round(number, 1) < 0:
        number, phrase = -number, negative
    # Adding 0.0 makes 0.0 of -0.0.
    return f"{written(round(number, 1) + 0.0, 'decimal')} {phrase}"


def _segment(data: dict[str, pd.DataFrame], shop: Shop, one: dict) -> dict:
    """Collect what the page says about one segment."""
    number, currency = one["segment_id"], shop.currency
    features = data["features"]
    features = features[features["segment_id"] == number]
    features = features[features["scaled_value"].abs() >= SETS_APART]
    order = features["scaled_value"].abs().sort_values(ascending=False, kind="stable")
    apart = [
        {
            "name": in_words(
                row["mean"], row["phrase"], row["phrase_negative"], currency=currency
            ),
            "mean": row["mean"],
            "all": in_words(
                row["mean_of_all"],
                row["phrase"],
                row["phrase_negative"],
                currency=currency,
                is_short=True,
            ),
            "feature": row["feature"],
        }
        for row in features.loc[order.index].head(3).to_dict("records")
    ]
    return {
        **one,
        "color": segment_colors([number])[number],
        "symbol": segment_symbols([number])[number],
        "apart": apart,
        "advice": _advice(data, number, currency),
        "words": _words_of_name(data, number, currency),
        "beyond_zero": _beyond_zero(data, number),
        "rules": _rules(data, number),
        "habits": _habits(data, shop, number)
        if one["customer_count"]
        else "This segment has no customers at present.",
        "charts": {
            **{
                by: _breakdown(data, shop, by, number)
                for by in BREAKDOWNS
                if shop.has_column(by)
            },
            "month": _months(data, number),
        }
        if one["customer_count"]
        else {},
    }


def _advice(
    data: dict[str, pd.DataFrame], number: int, currency: Currency
) -> dict[str, str]:
    """Say what to do with a segment, by the first word in rank that has a rule."""
    words = data["words"][data["words"]["segment_id"] == number]
    rules = words[words["advice"].notna()]
    if rules.empty:
        return {
            "what": "No rule says what to do.",
            "why": "dbt_project/seeds/segment_advice.csv has none for "
            f"{_listed(words['word']) or 'a name without words'}.",
        }
    rule = rules.iloc[0]
    said = (rule["phrase"], rule["phrase_negative"])
    return {
        "what": rule["advice"],
        "why": f"{in_words(rule['mean'], *said, currency=currency)} on average, all "
        "customers "
        f"{in_words(rule['mean_of_all'], *said, currency=currency, is_short=True)}",
    }


def _words_of_name(
    data: dict[str, pd.DataFrame], number: int, currency: Currency
) -> Table:
    """Show how many members each word of a name is true of, and their numbers."""
    rows = data["words"][data["words"]["segment_id"] == number]
    columns = {
        "word": Column("word"),
        "true_share": Column("true of members", "share"),
        "true_share_of_all": Column("of all customers", "share"),
        "p10": Column("a tenth is below", "row's"),
        "median": Column("median", "row's"),
        "mean": Column("mean", "row's"),
        "p90": Column("a tenth is above", "row's"),
        "median_of_all": Column("median of all customers", "row's"),
    }
    table = _table(f"words-{number}", "How far the name holds", columns, rows)
    for row, word in zip(table.rows, rows.to_dict("records"), strict=True):
        phrase, negative = word["phrase"], word["phrase_negative"]
        row["kind"] = (
            "money" if _is_amount(phrase, currency) else _kind(phrase, negative)
        )
        said = [f"{row['word']}: {_heading(phrase, negative)}"]
        said += [
            f"{word[limit]:g} or {more}"
            for limit, more in (("at_least", "more"), ("at_most", "less"))
            if pd.notna(word[limit])
        ]
        row["word"] = ", ".join(said)
    return table


def _beyond_zero(data: dict[str, pd.DataFrame], number: int) -> list[str]:
    """Say how many members have a positive value where its sign has words."""
    words = data["words"][data["words"]["segment_id"] == number]
    said = []
    for row in words[words["positive_share"].notna()].to_dict("records"):
        _, above, _, after = _sides(row["phrase"], row["phrase_negative"])
        said.append(
            f"{row['word'].capitalize()}: {row['positive_share']:.1%} of the members "
            f"are {' '.join([*above, *after])}."
        )
    return said


def _rules(data: dict[str, pd.DataFrame], number: int) -> dict | None:
    """Show the thresholds that rebuild a segment, if it has any."""
    rows = data["rules"][data["rules"]["segment_id"] == number]
    if rows.empty:
        return None
    columns = {
        "words": Column("customers with"),
        "customer_count": Column("customers", "count"),
        "member_share": Column("members among them", "share"),
    }
    return {
        "table": _table(
            f"rules-{number}",
            "Rules that find the segment without its centroid",
            columns,
            rows,
        ),
        "conditions": [f"({one})" for one in rows["condition"]]
        if len(rows) > 1
        else list(rows["condition"]),
        **rows.iloc[0].to_dict(),
    }


def _habits(data: dict[str, pd.DataFrame], shop: Shop, number: int) -> str:
    """Say in a sentence what stands out in a segment, the largest differences first."""
    known = [one for one in HABITS if shop.has_column(one)]

    def over(by: str, most: int) -> str:
        rows = charts.standing_out(data[by], by, number).head(most)
        return _listed(
            f"{row.label} ({row.share_of_segment:.1%}, all {row.share_of_all:.1%})"
            for row in rows.itertuples()
        )

    habits = [
        f"{verb} {words}"
        for by in known
        for verb, most in [HABITS[by]]
        if (words := over(by, most))
    ]
    if habits:
        return f"More often than other customers, they {_listed(habits)}."
    if not known:
        return ""
    return f"No {_listed(map(shop.called, known), 'or')} stands out."


def _breakdown(
    data: dict[str, pd.DataFrame], shop: Shop, by: str, number: int
) -> Chart:
    unit, heading = BREAKDOWNS[by]
    heading = shop.worded(heading)
    rows = charts.shown_values(data[by], by, number, currency=shop.currency)
    columns = {
        "label": Column(shop.called(by)),
        "customer_count": Column("customers", "count"),
        "share_of_segment": Column(f"share of the segment's {unit}", "share"),
        "share_of_all": Column(f"share of all {unit}", "share"),
        "index_vs_all": Column("index (all = 100)", "decimal"),
        "z_score": Column("standard deviations from chance", "decimal"),
        "revenue": Column("revenue", "money"),
    }
    name = f"{by}-{number}"
    return Chart.titled(
        charts.breakdown(
            data[by],
            by,
            number,
            unit=unit,
            currency=shop.currency,
            called=shop.called(by),
        ),
        name=name,
        note=heading,
        table=_table(f"{name}-figures", f"{heading}: figures", columns, rows),
    )


def _months(data: dict[str, pd.DataFrame], number: int) -> Chart:
    rows = data["month"][data["month"]["segment_id"] == number]
    columns = {
        "purchase_month": Column("month", "month"),
        "order_count": Column("orders", "count"),
        "share_of_segment": Column("share of the segment's orders", "share"),
        "share_of_all": Column("share of all orders", "share"),
        "revenue": Column("revenue", "money"),
    }
    name = f"month-{number}"
    return Chart.titled(
        charts.orders_by_month(
            data["month"], number, last_day=data["totals"]["last_order_date"].iloc[0]
        ),
        name=name,
        note="When they bought",
        table=_table(f"{name}-figures", "When they bought: figures", columns, rows),
    )


def _overview(data: dict[str, pd.DataFrame]) -> Chart:
    columns = {
        "segment_name": Column("segment"),
        "customer_share": Column("share of customers", "share"),
        "revenue_share": Column("share of revenue", "share"),
    }
    return Chart.titled(
        charts.segments_overview(data["segments"]),
        name="overview",
        table=_table(
            "overview-figures", "Shares by segment", columns, data["segments"]
        ),
    )


def _apart(data: dict[str, pd.DataFrame]) -> Chart:
    columns = {
        "segment_name": Column("segment"),
        "phrase": Column("feature"),
        "scaled_value": Column("standard deviations from the average", "precise"),
        "mean": Column("mean", "row's"),
        "mean_of_all": Column("mean of all customers", "row's"),
    }
    table = _table("apart-figures", "Features by segment", columns, data["features"])
    negatives = data["features"]["phrase_negative"]
    for row, negative in zip(table.rows, negatives, strict=True):
        row["kind"] = _kind(row["phrase"], negative)
        row["phrase"] = _heading(row["phrase"], negative)
    figure = charts.segment_features(data["features"])
    return Chart.titled(
        figure.update_layout(showlegend=False),
        name="apart",
        table=table,
    )


def _spend(data: dict[str, pd.DataFrame], currency: Currency) -> Chart:
    rows = data["profile"][data["profile"]["metric"] == "total_spend"]
    first, middle = (
        rows.loc[rows[one].idxmax(), "segment_name"] for one in ("mean", "median")
    )
    other = f"; by the mean, {first} spend the most" if first != middle else ""
    columns = {
        "segment_name": Column("segment"),
        "p10": Column("a tenth spend less than", "money"),
        "median": Column("median", "money"),
        "mean": Column("mean", "money"),
        "p90": Column("a tenth spend more than", "money"),
    }
    return Chart.titled(
        charts.spend_distribution(rows, currency),
        name="spend",
        note="A line covers the middle 80% of a segment's customers. The dot is the "
        f"median, the diamond the mean{other}.",
        table=_table("spend-figures", "Spend per customer", columns, rows),
    )


def _map(data: dict[str, pd.DataFrame]) -> Chart:
    columns = {
        "feature": Column("feature"),
        "axis": Column("axis"),
        "loading": Column("loading", "precise"),
    }
    figure = charts.customer_map(data["map"], data["loadings"])
    return Chart.titled(
        figure.update_layout(showlegend=False),
        name="map",
        table=_table(
            "map-figures", "What the axes are made of", columns, data["loadings"]
        ),
    )


def _score(data: dict[str, pd.DataFrame], score: str) -> Chart:
    return Chart.titled(
        charts.candidate_score(data["candidates"], score),
        name=score,
        note=SCORES[score],
    )


def _moves(data: dict[str, pd.DataFrame]) -> Chart | None:
    """Draw who moved, if there was an earlier build."""
    if data["history"]["days"].iloc[0] < 2:
        return None
    current = data["segments"][["segment_key", "segment_name"]]
    names = dict(pd.concat([current, data["names"]]).itertuples(index=False))
    words = {**names, "none": "no segment"}
    rows = data["migrations"]
    rows = rows.assign(
        from_segment=rows["from_segment_key"].map(lambda key: words.get(key, key)),
        to_segment=rows["to_segment_key"].map(lambda key: words.get(key, key)),
    )
    columns = {
        "from_segment": Column("from"),
        "to_segment": Column("to"),
        "customer_count": Column("customers", "count"),
        "share_of_from": Column("share of the segment left", "share"),
    }
    return Chart.titled(
        charts.moves(data["migrations"], names),
        name="moves",
        table=_table("moves-figures", "Moves between segments", columns, rows),
    )


def _comparison(data: dict[str, pd.DataFrame], totals: dict) -> Table:
    columns = {
        "segment_name": Column("segment"),
        "customer_count": Column("customers", "count"),
        "customer_share": Column("share", "share"),
        "revenue": Column("revenue", "money"),
        "revenue_share": Column("share of revenue", "share"),
        "revenue_per_customer": Column("revenue per customer", "money"),
    }
    features = data["features"].sort_values(["position", "segment_id"])
    for row in features.drop_duplicates("feature").itertuples():
        if row.feature != "total_spend":  # that is revenue per customer
            said = (row.phrase, row.phrase_negative)
            columns[row.feature] = Column(_heading(*said), _kind(*said))
    means = features.pivot(index="segment_id", columns="feature", values="mean")
    everyone = features.drop_duplicates("feature").set_index("feature")["mean_of_all"]
    rows = data["segments"].merge(means, on="segment_id", how="left")
    return _table(
        "comparison",
        "Segments side by side: totals, then means per customer",
        columns,
        rows,
        is_sortable=True,
        total={
            "segment_name": "All customers",
            "customer_count": totals["labelled_count"],
            "customer_share": data["segments"]["customer_share"].sum(),
            "revenue": totals["revenue"],
            "revenue_share": data["segments"]["revenue_share"].sum(),
            "revenue_per_customer": totals["revenue_per_customer"],
            **everyone,
        },
    )


def _candidates(data: dict[str, pd.DataFrame]) -> Table:
    columns = {
        "k": Column("segments (k)"),
        "inertia": Column("inertia", "count"),
        "bend": Column("bend of the inertia", "precise"),
        "silhouette": Column("silhouette", "precise"),
        "noise_silhouette": Column("silhouette of noise", "precise"),
        "stability_min_ari": Column("lowest agreement of refits", "precise"),
        "smallest_segment_share": Column("smallest segment", "share"),
        "reason": Column("taken or not, and why"),
    }
    return _table(
        "candidates", "Numbers of segments that were tried", columns, data["candidates"]
    )


def _stability(data: dict[str, pd.DataFrame]) -> Table:
    """Say how well each segment is found again, and what that means."""
    rows = data["stability"]
    columns = {
        "segment_name": Column("segment"),
        "meaning": Column("stability"),
        "jaccard_mean": Column("mean Jaccard", "precise"),
        "jaccard_min": Column("lowest", "precise"),
        "found_share": Column("found again", "share"),
        "uncertain_share": Column("uncertain members", "share"),
    }
    few = "Too few different customers to draw them anew."
    meaning = rows["band"].map(BANDS).fillna(few)
    caption = "How well each segment is found again"
    return _table("refits", caption, columns, rows.assign(meaning=meaning))


def _changes(data: dict[str, pd.DataFrame], currency: Currency) -> Chart | None:
    """Draw why the revenue of each segment changed, if there are two periods."""
    rows = data["changes"]
    if rows.empty or not rows[["revenue_before", "revenue_after"]].any(axis=None):
        return None
    columns = {
        "segment_name": Column("segment"),
        "revenue_before": Column("revenue before", "money"),
        "revenue_after": Column("revenue after", "money"),
        "revenue_change": Column("change", "money"),
        **{cause: Column(name, "money") for cause, (name, *_) in charts.CAUSES.items()},
    }
    amounts = list(columns)[1:]
    total = {"segment_name": "All customers", **rows[amounts].sum().to_dict()}
    return Chart.titled(
        charts.revenue_changes(rows, currency),
        name="revenue-change",
        note="The causes add up to the change, which the diamond marks. What the "
        "customers of both periods changed is split into orders, items per order and "
        "value per item: each counts with the other two at their mean.",
        table=_table(
            "revenue-change-figures",
            "Why revenue changed",
            columns,
            rows,
            total=total,
        ),
    )


def _outcomes(data: dict[str, pd.DataFrame]) -> dict | None:
    """Say what the members of a past day did next, if a build saw such a day."""
    rows = data["outcomes"]
    if rows.empty:
        return None
    columns = {
        "segment_name": Column("segment on that day"),
        "customer_count": Column("customers", "count"),
        "buyer_count": Column("bought again", "count"),
        "buyer_share": Column("share", "share"),
        "interval": Column("95% interval"),
        "versus": Column("compared with all"),
        "revenue_per_customer": Column("revenue per customer", "money"),
    }
    rows = rows.assign(
        interval=[
            f"{low:.1%} to {high:.1%}"
            for low, high in zip(
                rows["buyer_share_low"], rows["buyer_share_high"], strict=True
            )
        ],
        versus=np.where(
            ~rows["is_beyond_chance"],
            "may be chance",
            np.where(rows["lift"] > 1, "more", "fewer"),
        ),
    )
    (everybody,) = rows[rows["rule"] == "all"].to_dict("records")
    captions = {
        "kmeans": "The segments of the model",
        "rfm": "The segments of a plain RFM rule",
    }
    total = {**everybody, "segment_name": "All customers", "versus": None}
    return {
        **everybody,
        "is_model_later": rows["is_model_later"].eq(True).any(),
        "explained": dict(data["explained"].itertuples(index=False)),
        "tables": [
            _table(
                f"outcomes-{rule}",
                caption,
                columns,
                rows[rows["rule"] == rule],
                total=total,
            )
            for rule, caption in captions.items()
        ],
    }


def _formation(data: dict[str, pd.DataFrame]) -> Chart | None:
    """Draw how segments form, if more than one k was fitted."""
    flows = data["flows"]
    if flows.empty:
        return None
    names = dict(
        data["segments"][["segment_id", "segment_name"]].itertuples(index=False)
    )
    columns = {
        "cluster": Column("cluster"),
        "next_cluster": Column("cluster with one segment more"),
        "customer_count": Column("customers", "count"),
        "share": Column("share of the second cluster", "share"),
    }
    latter = flows.groupby(["k", "next_cluster_id"])["customer_count"]
    rows = flows.assign(
        share=flows["customer_count"] / latter.transform("sum"),
        cluster=_clusters(flows["k"], flows["cluster_id"], flows["segment_id"], names),
        next_cluster=_clusters(
            flows["k"] + 1, flows["next_cluster_id"], flows["next_segment_id"], names
        ),
    )
    return Chart.titled(
        segment_formation(flows, names),
        note="Each bar is a cluster, as high as its number of customers. A band joins "
        "two clusters that share customers; bands of less than 0.5% of customers are "
        "left out.",
        name="formation",
        table=_table("formation-figures", "Customers in both", columns, rows),
    )


def _clusters(ks, clusters, segments, names: dict[int, str]) -> list[str]:
    return [
        f"k = {k}: {names.get(segment, f'cluster {cluster}')}"
        for k, cluster, segment in zip(ks, clusters, segments, strict=True)
    ]


def _drift(data: dict[str, pd.DataFrame]) -> Table:
    columns = {
        "measure": Column("measure"),
        "statistic": Column("what is measured"),
        "drift": Column("drift", "precise"),
        "verdict": Column("verdict"),
    }
    rows = data["drift"].assign(measure=_spaced(data["drift"]["measure"]))
    return _table("drift", "Drift since the model was fitted", columns, rows)


def _money(money: dict, shop: Shop) -> Table:
    """Show how the amounts in the files become the revenue."""
    lines = money["guest_lines"]
    guests = "orders without a customer"
    if pd.notna(lines):
        guests = f"{_counted(int(lines), 'line')} without a customer"
    other = (
        "not delivered" if shop.has("deliveries") else "canceled, or do not count yet"
    )
    excluded = "customers without a segment"
    if money["of_excluded"] < 0:
        excluded += ", who returned more than they bought"
    left_out = {
        "of_forgotten": "customers who were forgotten",
        "of_no_order": "lines that repeat another one or belong to no order",
        "of_guests": guests,
        "of_other_days": "orders after the day of this page, or without a date",
        "of_canceled_returns": "returns, which are not taken off here",
        "of_other_orders": f"orders that were {other}",
        "of_excluded": excluded,
    }
    freight = " and freight" if shop.has("freight") else ""
    rows = [("all lines that could be read", money["in_file"])]
    rows += [(words, -money[name]) for name, words in left_out.items() if money[name]]
    columns = {
        "part": Column(f"price{freight}"),
        "amount": Column("amount", "money"),
        "share": Column("share", "share"),
    }
    in_file = float(money["in_file"])
    table = pd.DataFrame(rows, columns=["part", "amount"]).assign(
        share=lambda one: one["amount"].astype(float) / (in_file or np.nan)
    )
    return _table(
        "money",
        "From the data to the revenue on this page",
        columns,
        table,
        total={
            "part": "Revenue",
            "amount": money["revenue"],
            "share": float(money["revenue"]) / in_file if in_file else None,
        },
    )


def _of_guests(money: dict, currency: Currency) -> str:
    """Say how much was left out because nobody knows who bought."""
    if not money["of_guests"]:
        return ""
    share = float(money["of_guests"] / money["in_file"])
    return (
        f"{written(money['of_guests'], 'money', currency)} without a customer "
        f"({share:.1%}), "
    )


def _excluded(data: dict[str, pd.DataFrame], shop: Shop) -> Table:
    columns = {
        "reason": Column("reason"),
        "customer_count": Column("customers", "count"),
        "order_count": Column("orders placed", "count"),
        "payments": Column("payments for them", "money"),
    }
    columns = {name: one for name, one in columns.items() if shop.has_column(name)}
    return _table("excluded", "Customers without a segment", columns, data["excluded"])


def _rejected(data: dict[str, pd.DataFrame]) -> Table:
    columns = {
        "source": Column("file"),
        "column_name": Column("column"),
        "reason": Column("reason"),
        "line_count": Column("lines", "count"),
    }
    caption = "Lines that could not be read. The most frequent faults come first"
    return _table(
        "rejected",
        caption + _of_all(data["rejected"], "faults"),
        columns,
        data["rejected"],
    )


def _quality(data: dict[str, pd.DataFrame]) -> Table:
    columns = {
        "description": Column("what was found"),
        "source": Column("file"),
        "rows_affected": Column("rows", "count"),
        "share_affected": Column("share", "share"),
        "action": Column("what was done"),
    }
    sources = data["quality"]["source"]  # of Olist, or files such as online_retail.csv
    is_file = sources.str.contains(".", regex=False)
    rows = data["quality"].assign(source=sources.where(is_file, _spaced(sources)))
    caption = "Oddities in the data. Those that could make results wrong come first"
    return _table("quality", caption + _of_all(rows, "findings"), columns, rows)


def _findings(
    data: dict[str, pd.DataFrame], totals: dict, money: dict, currency: Currency
) -> dict[str, str]:
    """State what each part of the page shows."""
    segments, drift = data["segments"], data["drift"]
    chosen = data["candidates"][data["candidates"]["is_chosen"]].iloc[0]
    reason = chosen["reason"].removeprefix("taken: ")
    due, watched = (
        drift.loc[drift["verdict"] == one, "measure"] for one in ("refit due", "watch")
    )
    overview = charts.most_valuable(segments)
    return {
        "whole": f"{_count_word(len(segments))} kinds of customers: "
        f"{overview['segment_name']} are {overview['customer_share']:.1%} of customers "
        f"and bring {overview['revenue_share']:.1%} of revenue",
        "segments": _worth(segments, totals["revenue_per_customer"], currency),
        "number": f"Why {_count_word(chosen['k']).lower()}: {reason}",
        "stability": f"A refit is due: {_listed(_spaced(due))} drifted"
        if len(due)
        else f"Worth watching: {_listed(_spaced(watched))} drifted"
        if len(watched)
        else _calm(chosen),
        "left_out": f"{_of_guests(money, currency)}"
        f"{_counted(totals['excluded_count'], 'customer')} without a "
        f"segment, {_counted(totals['rejected_count'], 'line')} that could not be read",
    }


def _worth(segments: pd.DataFrame, average: float, currency: Currency) -> str:
    """Name the segments whose customers bring most, if they differ beyond chance."""
    ranked = segments.sort_values("revenue_per_customer", ascending=False)
    top, error = ranked.iloc[0], ranked["standard_error"].fillna(0)
    chance = 3 * (error**2 + error.iloc[0] ** 2) ** 0.5
    behind = float(top["revenue_per_customer"]) - ranked["revenue_per_customer"].astype(
        float
    )
    tied = ranked[behind <= chance]
    amounts = _listed(
        written(one, "money", currency) for one in tied["revenue_per_customer"]
    )
    against = f"against {written(average, 'money', currency)} for all customers"
    if len(tied) == len(segments) > 1:
        return f"No segment is worth more than another beyond chance: {amounts} each"
    largest = segments.loc[segments["revenue_share"].fillna(0).idxmax()]
    in_all = (
        ""
        if largest["segment_id"] in set(tied["segment_id"])
        else f"; {largest['segment_name']} bring the most in total, "
        f"{largest['revenue_share']:.1%} of revenue"
    )
    within = " (a difference that may be chance)" if len(tied) > 1 else ""
    return (
        f"{_listed(tied['segment_name'])} are worth the most: {amounts} each on "
        f"average{within}, {against}{in_all}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{written(number, 'count')} {noun}{'' if number == 1 else 's'}"


def _calm(chosen: pd.Series) -> str:
    """Say how stable the segments are if nothing drifted."""
    least, asked = chosen["stability_min_ari"], chosen["min_stability"]
    if pd.isna(least):
        return "Stability is not known: too few customers to refit on halves of them"
    agree = f"refits on random halves agree at {least:.2f} or more"
    if least >= asked:
        return f"Stable: {agree}; {asked:.2f} is required, 1 means identical segments"
    return f"Not stable: {agree}, but {asked:.2f} is required"


def _named(features: pd.DataFrame) -> list[str]:
    """Name the features in which customers differ."""
    chosen = features.drop_duplicates("feature")
    return list(map(_heading, chosen["phrase"], chosen["phrase_negative"]))


def _rivals(candidates: pd.DataFrame) -> str:
    """Name the other numbers of segments that would have been good enough."""
    rivals = candidates[candidates["is_eligible"] & ~candidates["is_chosen"]]
    texts = [
        f"{k} segments" if pd.isna(advantage) else f"{k} segments, {advantage}"
        for k, advantage in zip(rivals["k"], rivals["advantage"], strict=True)
    ]
    return f"Also good enough: {'. '.join(texts)}." if texts else ""


def _heading(phrase: str, negative: str) -> str:
    """Name a metric without its value, whether its mean is positive or negative."""
    if phrase.startswith("%") or not negative:
        return charts.metric_name(phrase)
    before, above, below, after = _sides(phrase, negative)
    return " ".join([*before, *below, "or", *above, *after])


def _is_amount(phrase: str, currency: Currency) -> bool:
    """Say whether a phrase begins with the name of the currency."""
    return phrase.startswith(f"{currency.name} ")


def _kind(phrase: str, negative: str) -> str:
    """Say how a mean is written where its name is not beside it."""
    if phrase.startswith("%"):
        return "share"
    if not negative:
        return "decimal"
    _, above, below, _ = _sides(phrase, negative)
    return f"{' '.join(above)}|{' '.join(below)}"


def _sides(phrase: str, negative: str) -> tuple[list, list, list, list]:
    """Split two phrases into words: shared at the start, of each, shared at the end."""
    one, other = phrase.split(), negative.split()
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    stop, other_stop = len(one) - end, len(other) - end
    return one[:start], one[start:stop], other[start:other_stop], one[stop:]


def _shared(one: list, other: list) -> int:
    """Count the words that two lists share at their start."""
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _is_slow_but_early(features: pd.DataFrame) -> bool:
    """Say whether a segment is called slow although it is early on average."""
    late = features["phrase_negative"] != ""
    late &= features["scaled_value"] >= SETS_APART
    slow = features["segment_name"].str.contains("slow", regex=False)
    return bool((late & slow & (features["mean"] < 0)).any())


def _table(
    name: str, caption: str, columns: dict[str, Column], rows: pd.DataFrame, **options
) -> Table:
    kept = rows[list(columns)].astype(object).where(rows[list(columns)].notna(), None)
    return Table(name, caption, columns, kept.to_dict("records"), **options)


def _of_all(rows: pd.DataFrame, total: str) -> str:
    """Say how many rows there are if not all are shown."""
    if rows.empty or rows[total].iloc[0] == len(rows):
        return ""
    return f"; {len(rows)} of {rows[total].iloc[0]} {total} are shown"


def _spaced(names: pd.Series) -> pd.Series:
    return names.str.replace("_", " ", regex=False)


def _closer(shop: Shop) -> str:
    """Say what is known about each segment."""
    known = {
        "where they live": shop.has("states") or shop.has("cities"),
        "what they buy": shop.has("categories"),
        "how they pay": shop.has("payments"),
    }
    said = [words for words, is_known in known.items() if is_known]
    return ", ".join(said or ["what an item costs", "when they bought"])


def _count_word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _listed(words, last: str = "and") -> str:
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
