"""Published figures of the real files; skipped without the files."""

import json
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from conftest import NO_TESTS, build, rows

# recency in days, ln(1 + orders) and ln(1 + spend), clipped at the 99th percentile:
# inertia published for k-means on the 93,358 customers with delivered orders.
PUBLISHED_INERTIA = {2: 184_216, 3: 119_922, 4: 79_017, 5: 63_482, 6: 52_424}
# Published for all of them, with Euclidean distance.
PUBLISHED_SILHOUETTE = {
    **{2: 0.717, 3: 0.359, 4: 0.373, 5: 0.348, 6: 0.346},
    **{7: 0.362, 8: 0.353, 9: 0.352, 10: 0.355},
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select count(*) from orders", "99441"),
        ("select count(*) from customers", "96096"),
        ("select count(*) from customer_segments", "93358"),
        ("select count(*) from excluded_customers", "2738"),
        ("select sum(payment_total) from orders", "16008872.12"),
        ("select sum(placed_payment_total) from customers", "16008872.12"),
        ("select sum(price) from order_lines", "13591643.70"),
        ("select sum(freight) from order_lines", "2251909.54"),
        ("select sum(total_spend) from customers", "15419773.75"),
        ("select count(*) from customers where order_count > 1", "2801"),
        ("select count(*) from order_lines where not has_item", "775"),
        ("select count(*) from order_lines where has_item and is_delivered", "110197"),
        ("select count(*) from orders where is_delivered and is_late", "7826"),
        ("select count(*) from orders where main_payment_type = 'unknown'", "1"),
        (
            "select count(*) from intermediate.int_products where category = 'unknown'",
            "610",
        ),
        (
            "select count(distinct product_id) from order_lines where category in "
            "('pc_gamer', 'portateis_cozinha_e_preparadores_de_alimentos') "
            "and category_english = category",
            "13",
        ),
        (
            "select count(*) from orders where customer_zip_code_prefix not in "
            "(select zip_code_prefix from staging.stg_geolocation)",
            "278",
        ),
        # One more: all points of its prefix are in Europe.
        (
            "select count(distinct order_id) from order_lines "
            "where customer_latitude is null",
            "279",
        ),
        ("select as_of_date from segment_models", "2018-10-17"),
    ],
)
def test_a_published_figure_comes_out(real_database, query, expected):
    ((found,),) = rows(real_database, query)
    assert str(found) == expected


def test_the_known_quirks_have_their_known_counts(real_database):
    found = dict(
        rows(
            real_database,
            "select check_name, rows_affected from data_quality "
            "where rows_affected > 0",
        )
    )
    # 99,175 or 99,224 reviews are in circulation.
    assert found.pop("review_ids_of_several_orders") in (788, 789)
    assert 768 <= found.pop("orders_without_review") <= 817
    assert found.pop("delivered_orders_without_review") <= 688
    assert found == {
        "orders_handed_over_before_purchase": 166,
        "orders_handed_over_before_approval": 1_359,
        "orders_delivered_before_hand_over": 23,
        "orders_delivered_without_date": 8,
        "orders_without_items": 775,
        "orders_without_payment": 1,
        "delivered_orders_without_payment": 1,
        "orders_with_several_reviews": 547,
        "payments_not_defined": 3,
        "payments_without_installments": 2,
        "customer_prefixes_without_place": 157,
        "seller_prefixes_without_place": 7,
        "products_without_category": 610,
        "products_without_weight": 2,
        "categories_without_translation": 2,
        "points_repeated": 261_831,
        "points_outside_the_mainland": 42,
        "points_outside_brazil": 31,
    }


def test_of_the_real_files_no_line_is_rejected_and_nothing_is_left_out(real_database):
    assert rows(real_database, "select count(*) from rejected_rows") == [(0,)]
    totals = rows(real_database, "select in_file, in_marts from reconciliation")
    assert len(totals) == 7
    assert all(in_file == in_marts for in_file, in_marts in totals)


def test_between_four_and_six_segments_are_chosen_and_every_k_has_a_reason(
    real_database,
):
    candidates = rows(
        real_database,
        "select k, is_chosen, reason from segment_k_candidates order by k",
    )
    assert [k for k, _, _ in candidates] == list(range(2, 11))
    (chosen,) = [k for k, is_chosen, _ in candidates if is_chosen]
    assert 4 <= chosen <= 6
    for _, is_chosen, reason in candidates:
        assert reason.startswith("taken: " if is_chosen else "not taken: ")


def test_a_build_of_a_shop_runs_the_data_tests_and_no_unit_tests(real_database):
    text = (real_database.parent / "target" / "run_results.json").read_text("utf-8")
    ran = [one["unique_id"] for one in json.loads(text)["results"]]
    kinds = Counter(node.split(".")[0] for node in ran)
    assert kinds["unit_test"] == 0
    assert kinds["test"] > 40
    assert [node for node in ran if "unique_by_construction" in node] == []


def test_the_published_scores_come_out_by_a_change_of_configuration(
    real_dir, real_database, tmp_path
):
    words = {
        "recency_days": ("none", "adjective", "long-gone", "recent"),
        "order_count": ("log1p", "noun", "repeat buyers", "one-time buyers"),
        "total_spend": ("log1p", "noun", "big spenders", "small spenders"),
    }
    features = [
        {
            "name": name,
            "transform": transform,
            "clip_quantile": 0.99,
            "word": word,
            "high": high,
            "low": low,
            "phrase": name,
        }
        for name, (transform, word, high, low) in words.items()
    ]
    database = build(
        *(*NO_TESTS, "--select", "path:models/segmentation,+segment_k_candidates"),
        raw_dir=real_dir,
        database=Path(shutil.copy(real_database, tmp_path)),
        target="dev",
        variables={"features": features},
    )
    found = dict(rows(database, "select k, inertia from segment_k_candidates"))
    found = {k: found[k] for k in PUBLISHED_INERTIA}
    assert found == pytest.approx(PUBLISHED_INERTIA, rel=0.005)
    scores = "select k, silhouette_euclidean from segment_k_candidates"
    found = dict(rows(database, scores))
    assert found == pytest.approx(PUBLISHED_SILHOUETTE, abs=0.01)


def test_the_figures_in_the_readme_are_those_of_the_build(real_database):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    with duckdb.connect(str(real_database), read_only=True) as connection:
        segments = connection.sql(
            "select segment_name, customer_count, customer_share, revenue_share, "
            "revenue_per_customer from segments order by segment_id"
        ).fetchall()
    for name, customers, share, revenue_share, revenue in segments:
        row = f"| {name} | {customers:,} | {share:.1%} | {revenue_share:.1%} | "
        row += f"{revenue:,.2f} |"
        assert row in readme, f"README.md should say: {row}"
    with duckdb.connect(str(real_database), read_only=True) as connection:
        ((jaccard, found, uncertain),) = connection.sql(
            "select min(jaccard_mean), min(found_share), "
            "sum(uncertain_share * customer_count) / sum(customer_count) "
            "from segment_stability join segments using (segment_id)"
        ).fetchall()
    said = f"again each time, with a mean Jaccard index of {jaccard:.3f} or more "
    said += f"(`stable_segments`); {uncertain:.1%} of customers are uncertain"
    assert found == 1
    assert said in " ".join(readme.split())
    with duckdb.connect(str(real_database), read_only=True) as connection:
        ((days, last),) = connection.sql(
            "select min(recency_days), max(as_of_date) from customer_segments"
        ).fetchall()
    said = f"{last:%-d %B %Y} in the real files, {days} days after the last order"
    readme = " ".join(readme.split())
    assert said in readme
    ((spent, slow, late, unsure),) = rows(
        real_database,
        "select max(true_share) filter (where word = 'big spenders'), "
        "max(true_share) filter (where word = 'with slow deliveries'), "
        "max(positive_share), max(negative_silhouette_share) "
        "from segment_words inner join segments using (segment_id)",
    )
    assert f"{spent:.1%} spent more than the median customer" in readme
    assert f"{slow:.1%} got their parcels later than the median" in readme
    assert f"{late:.1%} got them late, and {unsure:.1%} are nearer" in readme


def test_no_row_of_the_real_files_is_in_the_parameters_of_the_demo(real_dir):
    folder = Path(__file__).parents[1] / "python" / "olist_segments" / "demo"
    text = json.dumps(json.loads((folder / "parameters.json").read_text()))
    with duckdb.connect() as connection:
        ids = connection.sql(
            "select order_id from read_csv($1) union all "
            "select customer_unique_id from read_csv($2)",
            params=[
                str(real_dir / "olist_orders_dataset.csv"),
                str(real_dir / "olist_customers_dataset.csv"),
            ],
        ).fetchall()
    assert not any(one in text for (one,) in ids[:: len(ids) // 2000])
