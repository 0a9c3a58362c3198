"""The questions that analyses answer: all run, as their page says."""

import html
import re
import shutil
from itertools import permutations
from pathlib import Path

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from conftest import REAL, ROOT, dbt
from olist_segments.questions import (
    FOLDER,
    compiled,
    explain_unknown,
    introduce,
    read_questions,
    render_page,
    render_question,
)
from scipy.stats import chi2_contingency

PAGE = ROOT / "dbt_project" / "docs" / "queries.md"
QUESTIONS = read_questions(ROOT)


def compile_all(database, work, **options):
    """Compile all questions on a copy; return it and their SQL."""
    copy = Path(shutil.copy(database, work))
    words = ("compile", "--select", f"path:{FOLDER}")
    result = dbt(*words, database=copy, **options)
    assert result.returncode == 0, result.stdout
    return copy, compiled(work / "target")


@pytest.fixture(scope="module")
def demo(demo_dir, demo_database, tmp_path_factory):
    """Return a connection to a demo build, and the SQL of all questions."""
    work = tmp_path_factory.mktemp("asked")
    copy, sql = compile_all(demo_database, work, raw_dir=demo_dir)
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection, sql


def test_every_question_has_an_answer_with_the_columns_that_are_described(demo):
    connection, sql = demo
    assert set(sql) == set(QUESTIONS)
    assert len(QUESTIONS) >= 12
    for name, question in QUESTIONS.items():
        answer = connection.sql(sql[name])
        assert answer.columns == list(question.columns), name
        # Reviews of demo data do not go by seller or category: none is beyond chance.
        # A first build has no labels of a past day, nobody moved, and no campaign.
        assert len(answer) > 0 or name.endswith(
            (
                *("_with_unhappy_customers", "_did_next", "entered_segment"),
                *("left_segment", "campaign_result"),
            )
        ), name


def test_without_reviews_nobody_is_known_to_be_content_or_at_risk(demo, tmp_path):
    connection, sql = demo
    ((path,),) = connection.sql(
        "select path from duckdb_databases() limit 1"
    ).fetchall()
    with duckdb.connect(shutil.copy(path, tmp_path)) as changed:
        asked = changed.sql(sql["win_back"])
        content, score = len(asked), asked.columns.index("review_score")
        assert min(row[score] for row in asked.fetchall()) >= 4
        for table in ("customer_segments", "orders"):
            changed.execute(f"update {table} set review_score = null")
        assert len(changed.sql(sql["win_back"])) > content
        risks = changed.sql(
            "select distinct hit_customer_count, hit_share, revenue_at_risk, "
            f"share_at_risk from ({sql['revenue_at_risk']})"
        ).fetchall()
        assert risks == [(None, None, None, None)]


def test_associations_are_those_of_tables_of_counts(demo):
    connection, sql = demo
    lines = connection.sql(
        "select segment_id as segment, state, concat(state, city) as city, category, "
        "payment_type from intermediate.int_segment_lines"
    ).df()
    for name, other, values, others, found in connection.sql(
        sql["associations"]
    ).fetchall():
        counts = pd.crosstab(lines[name], lines[other]).to_numpy()
        n = counts.sum()
        free = np.array(counts.shape) - 1
        chi_squared = chi2_contingency(counts, correction=False).statistic
        phi_squared = max(chi_squared / n - free.prod() / (n - 1), 0)
        expected = np.sqrt(phi_squared / min(free - free**2 / (n - 1)))
        assert (values, others) == counts.shape
        assert found == pytest.approx(min(expected, 1), abs=6e-4), (name, other)


def test_the_change_of_revenue_is_that_of_its_causes(demo):
    connection, sql = demo
    columns = connection.sql(sql["revenue_change"]).columns
    answer = connection.sql(sql["revenue_change"]).fetchall()
    causes = [columns.index(name) for name in columns if name.startswith("by_")]
    assert len(causes) == 6
    for row in answer:
        change = row[columns.index("revenue_change")]
        assert sum(row[place] for place in causes) == change
    orders = connection.sql(
        "select customer_unique_id, segment_key, "
        "(as_of_date - purchased_at::date) // 180 as period, orders.item_count, "
        "order_total::double as spent from orders join customer_segments "
        "using (customer_unique_id) where is_delivered and has_items"
    ).df()
    spans = orders.groupby("customer_unique_id")["period"].agg(set)
    stayed = orders[orders["customer_unique_id"].map(spans).map({0, 1}.issubset)]
    seen = 0
    for key, theirs in stayed.groupby("segment_key"):
        factors = []
        for period in (1, 0):
            part = theirs[theirs["period"] == period]
            items = part["item_count"].sum()
            factors.append((len(part), items / len(part), part["spent"].sum() / items))
        effects = np.zeros(3)
        for order in permutations(range(3)):
            now = list(factors[0])
            for place in order:
                before = np.prod(now)
                now[place] = factors[1][place]
                effects[place] += (np.prod(now) - before) / 6
        (found,) = [row for row in answer if row[0] == key]
        assert [float(found[place]) for place in causes[3:]] == pytest.approx(
            effects, abs=0.02
        )
        seen += 1
    assert seen


def test_an_answer_is_introduced_by_its_definitions():
    said = introduce(QUESTIONS["win_back"])
    assert said.startswith("Whom should we win back")
    assert "the tenth of customers who spent most" in " ".join(said.split())
    assert said.endswith(
        "\n--set days=...  " + QUESTIONS["win_back"].parameters["days"]
    )


def test_a_file_begins_with_its_question():
    for question in QUESTIONS.values():
        sql = (ROOT / FOLDER / f"{question.name}.sql").read_text(encoding="utf-8")
        comment = re.match(r"(?:-- .*\n)+", sql).group()
        assert " ".join(comment.replace("-- ", "").split()) == question.text
        for parameter in question.parameters:
            assert re.search(
                rf"asked_{parameter}\(\)|asked_(number|category)\('{parameter}'", sql
            )


def test_a_question_without_an_entry_says_where_it_belongs(tmp_path):
    path = tmp_path / FOLDER / "worth_by_state.sql"
    path.parent.mkdir(parents=True)
    path.write_text("select 1")
    said = explain_unknown("worth_by_state", QUESTIONS, root=tmp_path)
    assert "worth_by_state.sql exists, but has no entry in" in said
    assert said.endswith("_analyses.yml")


def test_the_page_has_every_question_as_it_is_described():
    page = PAGE.read_text(encoding="utf-8")
    for question in QUESTIONS.values():
        assert "\n".join(render_question(question)) in page
    assert page.count("\n## ") == len(QUESTIONS)


def test_the_page_has_the_answers_of_the_real_files(real_dir, real_database, tmp_path):
    copy, sql = compile_all(real_database, tmp_path, raw_dir=real_dir, **REAL)
    with duckdb.connect(str(copy), read_only=True) as connection:
        page = render_page(QUESTIONS, sql, connection)
    assert page == PAGE.read_text(encoding="utf-8")


def test_a_page_tells_nothing_of_single_persons_or_sellers(demo):
    connection, sql = demo
    page = render_page(QUESTIONS, sql, connection)
    assert not re.search("[0-9a-f]{32}", page)
    assert " rows." in page


def test_a_page_shows_text_of_the_data_as_it_is_whatever_reads_the_page(demo, tmp_path):
    connection, sql = demo
    ((path,),) = connection.sql(
        "select path from duckdb_databases() limit 1"
    ).fetchall()
    city = (
        "{{ 1/0 }}{% raw %} <img src=x onerror=alert(1)> [x](http://y) `|\\* www.z.com"
    )
    with duckdb.connect(shutil.copy(path, tmp_path)) as changed:
        changed.execute("update segment_by_city set city = $1", [city])
        page = render_page(QUESTIONS, sql, changed)
    assert not set(re.findall(r"<\w+|www\.z|\]\(http", page))
    rendered = jinja2.Environment().from_string(page).render()
    assert f"| {city} |" in html.unescape(rendered)


def test_the_nearest_look_alike_is_the_nearest_by_scaled_features(demo):
    connection, sql = demo
    scaled = connection.sql(
        "from intermediate.int_scaled_features order by customer_unique_id"
    ).df()
    ((asked,),) = connection.sql(
        "select customer_unique_id from customer_segments "
        "order by total_spend desc, customer_unique_id limit 1"
    ).fetchall()
    ids = scaled.pop("customer_unique_id").to_numpy()
    distances = np.linalg.norm(scaled - scaled[ids == asked].to_numpy(), axis=1)
    distances[ids == asked] = np.inf
    nearest = connection.sql(sql["look_alikes"]).fetchall()
    assert len(nearest) == 100
    assert nearest[0][3] == round(distances.min(), 4)
    assert asked not in {row[0] for row in nearest}


def test_why_a_customer_is_here_adds_up_to_the_difference_of_distances(demo):
    connection, sql = demo
    everyone = connection.sql(
        "select * from intermediate.int_scaled_features order by customer_unique_id"
    ).df()
    ids = everyone.pop("customer_unique_id").tolist()
    centers = (
        connection.sql("select * from intermediate.int_current_centroids")
        .df()
        .pivot(index="segment_id", columns="feature", values="scaled_value")
    )
    gaps = everyone.to_numpy()[:, None] - centers[everyone.columns].to_numpy()
    distances = np.sort(np.square(gaps).sum(axis=2), axis=1)
    members = connection.sql("from customer_segments order by customer_unique_id").df()
    fills, bounds = (
        dict(
            connection.sql(
                f"select feature, {one} from segment_model_features "
                "join segment_models using (model_id) where is_current"
            ).fetchall()
        )
        for one in ("fill_value", "clip_upper")
    )
    asked = re.search(
        r"customer_unique_id = (\(.*?\n +\))", sql["why_this_customer"], re.S
    )
    without = np.flatnonzero(members["review_score"].isna())[:10]
    for row in [*range(0, len(ids), len(ids) // 100), *without]:
        answer = (
            connection.sql(sql["why_this_customer"].replace(asked[1], f"'{ids[row]}'"))
            .df()
            .set_index("feature")
        )
        assert sorted(answer.index) == sorted(everyone.columns)
        assert answer["contribution"].is_monotonic_decreasing
        own, other = distances[row, :2]
        assert answer["contribution"].sum() == pytest.approx(other - own, abs=1e-9)
        for feature, used in answer["used_value"].items():
            value = members.loc[row, feature]
            assert np.isnan(value) == np.isnan(answer.loc[feature, "feature_value"])
            value = fills[feature] if np.isnan(value) else float(value)
            assert used == pytest.approx(min(value, bounds[feature]), abs=1e-4)


def test_who_is_about_to_leave_has_not_left_and_nobody_leaves_in_no_time(demo):
    connection, sql = demo
    today = sql["about_to_leave"].replace("+ 30 as", "+ 0 as")
    assert today != sql["about_to_leave"]
    assert connection.sql(today).fetchall() == []
    ((longest, p10),) = connection.sql(
        "select segment_key, quantile_cont(recency_days, 0.1) from customer_segments "
        "group by all order by avg(recency_days) desc limit 1"
    ).fetchall()
    for _, here, there, *_, recency in connection.sql(sql["about_to_leave"]).fetchall():
        assert here != there == longest
        assert recency < p10


def test_the_latest_moves_are_of_those_who_moved(demo, tmp_path):
    _, sql = demo
    with duckdb.connect(str(tmp_path / "demo.duckdb")) as changed:
        changed.execute(
            "create table segment_migrations as select * from (values "
            "('a', 'b', 7, 0.7, date '2018-01-31'), ('a', 'a', 3, 0.3, date "
            "'2018-01-31'), ('b', 'a', 9, 0.9, date '2017-12-31')) as moves("
            "from_segment_key, to_segment_key, customer_count, share_of_from, "
            "as_of_date)"
        )
        answer = changed.sql(sql["latest_moves"]).fetchall()
    assert [row[1:4] for row in answer] == [("a", "b", 7)]


def test_words_that_are_not_true_of_a_member_are_named(demo):
    connection, _ = demo
    found = connection.sql(
        """
        select
            word,
            (
                select count(*)
                from segment_members
                where segment_key = words.segment_key
                    and list_contains(string_split(untrue_words, '; '), word)
            ),
            customer_count - true_count
        from segment_words as words
        """
    ).fetchall()
    assert len(found) >= 5
    for word, said, counted in found:
        assert said == counted, word
    assert sum(counted for *_, counted in found) > 0


def test_border_customers_stand_between_their_two_nearest_centroids(demo):
    connection, sql = demo
    for *_, own, other, _silhouette, _spend in connection.sql(
        sql["border_customers"]
    ).fetchall():
        assert own <= other <= own + 0.1001


def test_retention_is_unknown_until_everybody_has_had_the_time(demo):
    # Ten people begin in January, one comes back after 20 days and one after 60. On
    # the 6th of April everybody has had 30 days, but nobody of the 31st 90.
    _, sql = demo
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as demo")
        connection.execute("create schema demo.intermediate")
        connection.execute(
            "create table demo.intermediate.int_as_of as "
            "select date '2018-04-06' as as_of_date"
        )
        connection.execute(
            "create table demo.main.orders as select n || '-' || visit as order_id, "
            "n as customer_unique_id, true as is_delivered, true as has_items, "
            "timestamp '2018-01-05' + to_days(visit) as purchased_at "
            "from range(10) as people(n), (values (0), (20), (60)) as visits(visit) "
            "where visit = 0 or (n = 1 and visit = 20) or (n = 2 and visit = 60)"
        )
        answer = connection.sql(sql["cohort_retention"]).fetchall()
    assert [row[1:] for row in answer] == [(10, 0.1, None, None, None)]


def test_shares_of_the_top_spenders_are_those_of_a_sorted_list(demo):
    connection, sql = demo
    spend = connection.sql(
        "select total_spend::double as spend from customer_segments order by 1 desc"
    ).df()["spend"]
    found = {
        row[0]: row[3:]
        for row in connection.sql(sql["revenue_concentration"]).fetchall()
    }
    expected = [
        spend[: int(len(spend) * share)].sum() / spend.sum()
        for share in (0.01, 0.1, 0.2)
    ]
    assert found["all"] == pytest.approx(expected, abs=0.00006)
