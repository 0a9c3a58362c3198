"""The stability study and the original project."""

import datetime
import re
import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, rows
from olist_segments import charts
from olist_segments.months import month_ends
from olist_segments.project import UserError
from olist_segments.study.months import (
    follow_months,
    outcome_month_ends,
    reasons_to_move,
)
from olist_segments.study.original import (
    FEATURES,
    compare_with_original,
    describe_clusters,
    fit_original,
    twins,
)
from olist_segments.study.page import render_page
from olist_segments.study.resampling import jaccard_stability, resample
from olist_segments.study.run import run_study
from olist_segments.study.studied import Studied
from olist_segments.study.tables import StudyError, read_study
from test_outcomes import BOUGHT_AGAIN


def test_a_cluster_found_again_has_a_jaccard_index_of_one():
    labels = np.array([1, 1, 1, 2, 2, 2])
    drawn = np.array([0, 0, 1, 3, 4])
    assert jaccard_stability(labels, labels[::-1], drawn) == {1: 1.0, 2: 1.0}
    split = np.array([1, 2, 1, 1, 1, 2])
    # Of the four drawn: one of two and one alone; two of three.
    assert jaccard_stability(labels, split, drawn) == pytest.approx({1: 0.5, 2: 2 / 3})


def test_customers_move_because_of_time_orders_or_other_news():
    before = pd.DataFrame(
        {
            "recency_days": [10, 10, 10, 10],
            "order_count": [1, 1, 1, 1],
            "review_score": [5, 5, None, None],
        }
    )
    after = before.assign(
        recency_days=[41, 3, 41, 41],
        order_count=[1, 2, 1, 1],
        review_score=[5, 1, 4, None],
    )
    assert reasons_to_move(before, after).tolist() == [
        "only time passed",
        "bought again",
        "other news",
        "only time passed",
    ]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("spring", "2018-02", "'spring' is not a month"),
        ("2018-02", "2018-02", "not two months"),
    ],
)
def test_months_that_cannot_be_compared_are_refused(tmp_path, first, last, sentence):
    with pytest.raises(UserError, match=sentence):
        run_study(ROOT, tmp_path / "none", target="demo", first=first, last=last)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # 180 days after 2018-02-28 end on 2018-08-27.
        ("2017-09", "2018-08", ["2017-03", "2018-02"]),
        # 180 days after 2017-12-31 end on 2018-06-29, after 2018-12-31 on 2019-06-29.
        ("2018-05", "2018-06", ["2017-11", "2017-12"]),
        # 180 days after 2018-08-31 end on 2019-02-27, one day before the month end.
        ("2019-01", "2019-02", ["2018-07", "2018-08"]),
    ],
)
def test_customers_are_followed_from_months_whose_days_are_over(first, last, expected):
    ends = month_ends(first, last)
    found = outcome_month_ends(ends)
    assert found == month_ends(*expected)
    assert all(ends[-1] - day >= datetime.timedelta(180) for day in found)


def test_clusters_that_differ_in_one_feature_only_are_found():
    rng = np.random.default_rng(0)
    planted = np.repeat(np.eye(5) * 8, 40, axis=0)
    planted[:40, 0], planted[40:80] = -8, 0
    planted[40:80, 0] = 8
    table = pd.DataFrame(rng.normal(planted, 0.1), columns=FEATURES)
    points, labels, inertia = fit_original(table)
    clusters = describe_clusters(table, points, labels)
    pair, feature, share = twins(clusters)
    assert feature == FEATURES[0]
    assert share > 0.99
    assert set(pair) == {labels[0], labels[40]}
    assert inertia == pytest.approx(
        sum(
            np.square(points[labels == i] - points[labels == i].mean(axis=0)).sum()
            for i in range(1, 6)
        )
    )


def test_fewer_than_five_different_rows_are_refused():
    with pytest.raises(UserError, match="five different rows"):
        fit_original(pd.DataFrame(np.ones((9, 5)), columns=FEATURES))


def test_the_study_repeats_what_the_database_says(demo_study):
    database, tables, _ = demo_study
    assert all(len(table) for table in tables.values())
    ((payments, orders, labelled),) = rows(
        database,
        "select sum(payment_total), count(*), "
        "(select count(*) from customer_segments) from orders",
    )
    comparison = tables["original_comparison"].set_index("measure")
    assert comparison["here"]["rows clustered"] == labelled
    assert comparison["here"]["payments added up, in reais"] == float(payments)
    original = comparison["original"]
    assert original["rows clustered"] > original["customers among them"]
    assert original["payments added up over payments made"] > 1
    assert 0 < original["orders lost on the way"] < orders
    assert (
        tables["original_clusters"].drop_duplicates("cluster")["row_count"].sum()
        == (original["rows clustered"])
    )


def test_movement_counts_every_customer_once(demo_study):
    _, tables, _ = demo_study
    movement = tables["movement"]
    totals = movement.groupby("segmentation")[["customer_count", "changed_count"]].sum()
    flows = tables["flows"]
    stayed = flows[flows["from_segment"] == flows["to_segment"]]
    for segmentation in ("kmeans", "rfm"):
        of_method = movement["segmentation"] == segmentation
        (common,) = movement.loc[of_method, "common_count"].unique()
        assert totals["customer_count"][segmentation] == common
        went = flows.loc[flows["segmentation"] == segmentation, "customer_count"].sum()
        kept = stayed.loc[stayed["segmentation"] == segmentation, "customer_count"]
        assert went == common
        assert went - kept.sum() == totals["changed_count"][segmentation] > 0
    # A rule of recency, orders and spend moves nobody because of a review.
    assert set(movement["reason"]) == {"only time passed", "bought again", "other news"}


def test_agreement_lies_where_an_index_of_agreement_lies(demo_study):
    _, tables, _ = demo_study
    for table, column in (
        ("resampling", "adjusted_rand_index"),
        ("segment_resampling", "jaccard"),
        ("refits", "refit_vs_fixed"),
        ("refits", "refit_vs_last_refit"),
        ("refits", "fixed_vs_last_fixed"),
    ):
        values = tables[table][column].dropna().astype(float)
        assert values.between(-0.5, 1).all(), (table, column)
        assert values.nunique() > 1, (table, column)
    rule = tables["resampling"].query("segmentation == 'rfm'")["adjusted_rand_index"]
    assert rule.min() > 0.8


def test_outcomes_count_the_same_customers_by_every_rule(demo_study):
    database, tables, page = demo_study
    outcomes = tables["outcomes"]
    totals = outcomes.groupby(["label_date", "rule"])[["customer_count", "buyer_count"]]
    for day, of_day in totals.sum().groupby("label_date"):
        assert set(of_day.index.get_level_values("rule")) == {
            *("all", "kmeans", "refit", "rfm")
        }
        assert len(of_day.drop_duplicates()) == 1
        assert page.count(f"| {day:%Y-%m-%d} |") == 3
        ((buyers,),) = rows(
            database,
            "select count(distinct customer_unique_id) from orders "
            f"where purchased_at::date - date '{day:%Y-%m-%d}' between 1 and 180 "
            "and order_status not in ('canceled', 'unavailable') "
            "and customer_unique_id in (select customer_unique_id from orders "
            "where order_status = 'delivered' and has_items "
            f"and delivered_at::date <= date '{day:%Y-%m-%d}')",
        )
        assert buyers == of_day["buyer_count"].iloc[0] > 0
    refit = outcomes["rule"] == "refit"
    assert outcomes.loc[refit, "jaccard"].between(0, 1, inclusive="right").all()
    assert outcomes.loc[~refit, "jaccard"].isna().all()


def test_a_study_of_another_model_is_not_shown(demo_study, tmp_path):
    database, _, _ = demo_study
    other = tmp_path / "other.duckdb"
    shutil.copyfile(database, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("update studies.run set model_id = 'older'")
    with pytest.raises(StudyError, match="of model older"):
        read_study(other)


def test_a_database_without_a_study_says_which_command_makes_one(demo_database):
    with pytest.raises(StudyError, match="olist-segments study` first"):
        read_study(demo_database)


def test_a_study_of_demo_data_is_printed_and_says_that_it_is_synthetic(demo_study):
    database, tables, page = demo_study
    assert "SYNTHETIC" in page
    assert page.startswith(render_page(tables))
    assert f"schema studies of {database}" in page


def test_charts_have_a_finding_as_title_and_units_on_axes(demo_study, demo_database):
    _, tables, _ = demo_study
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        candidates = connection.sql("from segment_k_candidates order by k").df()
        comparison = connection.sql("from segment_comparison").df()
    figures = [
        charts.candidate_scores(candidates),
        charts.explained_shares(comparison),
        charts.resampling_agreement(tables["resampling"]),
        charts.movement_by_reason(tables["movement"]),
        charts.refit_agreement_by_month(tables["refits"]),
    ]
    for figure in figures:
        assert any(character.isdigit() for character in figure.layout.title.text)
        axes = [*figure.select_xaxes(), *figure.select_yaxes()]
        assert any(axis.title.text for axis in axes)
    chosen = candidates.loc[candidates["is_chosen"], "k"].item()
    assert figures[0].layout.title.text.startswith(f"k = {chosen} is chosen")


@pytest.fixture(scope="module")
def real_study(real_dir, real_database, tmp_path_factory):
    """Return the study of the real files, for tests of its parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OLIST_RAW_DIR", str(real_dir))
        patch.setenv("PYTHONPATH", str(ROOT / "python"))
        scratch = tmp_path_factory.mktemp("scratch")
        yield Studied(ROOT, real_database, scratch, target="dev")


@pytest.fixture(scope="module")
def real_original(real_study):
    """Return what the study says about the original project, before past days."""
    return compare_with_original(real_study, with_silhouette=False)


def test_the_fit_of_the_original_project_comes_out(real_original):
    comparison = real_original["original_comparison"]
    original = comparison.set_index("measure")["original"]
    assert original["rows clustered"] == 115_878
    assert original["inertia"] == pytest.approx(252_663.7, abs=0.1)
    assert original["orders lost on the way"] == 2_186
    assert original["payments added up, in reais"] == pytest.approx(20_048_822.92)
    assert original["payments added up over payments made"] == pytest.approx(
        1.25, abs=0.005
    )
    assert original["share of order_purchase_day in their distance"] > 0.999
    assert original["rows in clusters 1 and 2"] / 115_878 > 0.68


def test_with_repeat_buyers_kmeans_finds_the_rule_of_two_orders(real_database):
    ((segment, members, repeat_buyers),) = rows(
        real_database,
        "select segment_key, sum(customer_count), sum(repeat_buyer_count) "
        "from segment_overlap group by segment_key having sum(repeat_buyer_count) > 0",
    )
    assert (segment, members, repeat_buyers) == ("repeat_buyers", 2_801, 2_801)


def test_a_month_long_after_the_last_order_is_refused(real_study):
    sentence = "placed on 2018-10-17, long before 2020-01-31: choose earlier months"
    with pytest.raises(UserError, match=sentence):
        real_study.as_of(datetime.date(2020, 1, 31))


def test_figures_of_the_stability_page_come_out_again(real_study, real_original):
    page = (ROOT / "dbt_project" / "docs" / "stability.md").read_text("utf-8")
    draws = int(re.search(r"Fits on (\d+) bootstrap samples", page).group(1))
    # The first month's model, and the last month with the one before: not all twelve.
    first, *_, before, last = month_ends("2017-09", "2018-08")
    tables = {
        **real_original,
        **resample(real_study, draws, ks=[real_study.k]),
        **follow_months(
            real_study, [first, before, last], [datetime.date(2018, 2, 28)]
        ),
        "run": real_study.describe(draws),
    }
    outcomes = tables["outcomes"].query("rule != 'refit'").set_index("segment_key")
    counts = outcomes[["customer_count", "buyer_count"]].itertuples()
    assert {key: pair for key, *pair in counts} == {
        key: list(pair) for key, pair in BOUGHT_AGAIN.items()
    }
    skipped = f"| {before}", f"| KMeans | {before}", f"| RFM rule | {before}"
    lines = [
        line
        for line in render_page(tables).splitlines()
        if line.startswith(("|", "Written by")) and not line.startswith(skipped)
    ]
    assert len(lines) > 40
    assert [line for line in lines if line not in page.splitlines()] == []


def test_the_readme_quotes_the_stability_page():
    page = (ROOT / "dbt_project" / "docs" / "stability.md").read_text("utf-8")
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    lowest = re.search(r"KMeans \(current\) \|.*\| ([0-9.]+) \|", page).group(1)
    changed = re.findall(r"\| KMeans \| [0-9-]+ \| [0-9,]+ \| ([0-9.]+)% \|", page)
    low, high = min(changed, key=float), max(changed, key=float)
    assert f"agree at {lowest} or more" in readme
    assert f"between {low}% and {high}% of customers change" in readme
    shares = [
        100 * float(time) / float(moved)
        for moved, time in re.findall(
            r"\| KMeans \| [0-9-]+ \| [0-9,]+ \| ([0-9.]+)% \| ([0-9.]+)% \|", page
        )
    ]
    assert f"{min(shares):.0f}% to {max(shares):.0f}% of them only" in readme
    table = page.partition("| KMeans, month end |")[2].partition("| RFM rule, month")[0]
    refits = re.findall(r"\| (\d{4}-\d\d)-\d\d \| [0-9,]+ \| ([0-9.]+) \|", table)
    (month, agreement), (last_month, last) = refits[0], refits[-1]
    assert f"today's model at {agreement} ({month}) to {last} ({last_month})" in readme
    counts = [
        re.search(rf"\*\*{rule}\*\*, 12 .*chance: `{key}` more .*? in (\d+);", page)[1]
        for rule, key in (
            ("Today's model", "repeat_buyers"),
            ("Model of that day", "repeat_buyers"),
            ("RFM rule", "champions"),
        )
    ]
    assert (
        "`repeat_buyers` bought again more often than all customers, beyond chance, "
        "after {} of 12 month ends, after {} with a model fitted on the day, and "
        "`champions` of the RFM rule after {}."
    ).format(*counts) in readme


def test_the_decision_about_the_rule_quotes_the_comparison(real_database):
    decisions = " ".join((ROOT / "DECISIONS.md").read_text("utf-8").split())
    shares = {
        (segmentation, metric): f"{share:.2f}"
        for segmentation, metric, share in rows(
            real_database,
            "select segmentation, metric, explained_share from segment_comparison",
        )
    }

    def of(metric):
        return shares["rfm", metric], shares["kmeans", metric]

    for sentence in (
        "Of the variance of spend the rule explains {} and KMeans {}".format(
            *of("total_spend")
        ),
        "of recency {} and {}".format(*of("recency_days")),
        "of the review score it explains {1} (rule {0})".format(*of("review_score")),
        "of installments {1} ({0})".format(*of("installments")),
        "of the delivery delay {1} ({0})".format(*of("delivery_delay_days")),
    ):
        assert sentence in decisions
