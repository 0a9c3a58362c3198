"""A model stays until a fit is due: its labels, and how it is stored."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import (
    NO_TESTS,
    NO_UNIT_TESTS,
    ROOT,
    build,
    dbt,
    differences,
    killed_when,
    rows,
)
from olist_segments.cli import main

HISTORY = (
    "segment_members",
    "customer_segment_history",
    "segment_changes",
    "segment_migrations",
    "int_outcome_days",
    "int_outcome_labels",
    "segment_outcomes",
)
# How another value of a variable of the fit would show.
CONFIGURED = "set configuration = 'another'"
STORED = ("segment_model_features", "segment_centroids", "segment_model_bins")

KEYS = "select segment_id, segment_key from segments order by segment_id"
MEMBERS = "select customer_unique_id, segment_key from customer_segments order by 1"


def members_by_history(database):
    return rows(
        database,
        "select customer_unique_id, segment_key from segment_changes "
        "where left_at is null order by 1",
    )


def model(database):
    """Return the id of the current model."""
    ((model_id,),) = rows(
        database, "select model_id from segment_models where is_current"
    )
    return model_id


def models_with_all_their_parts(database):
    ids = [
        {one for (one,) in rows(database, f"select distinct model_id from {table}")}
        for table in ("segment_models", *STORED)
    ]
    assert all(one == ids[0] for one in ids)
    return ids[0]


@pytest.fixture(scope="module")
def earlier_model(demo_dir, once):
    """Return a database whose model was fitted as of 2018-03-31; do not write to it."""
    work = once(
        "earlier model",
        lambda work: build(
            *NO_TESTS,
            *("--select", "+segments", "+segment_drift", "+customer_segment_history"),
            raw_dir=demo_dir,
            database=work / "demo.duckdb",
            variables={"as_of_date": "2018-03-31"},
        ),
    )
    return work / "demo.duckdb"


@pytest.fixture(scope="module")
def kept_model(demo_dir, earlier_model, once):
    """Return a copy of it built again as of the last day, and what dbt printed."""

    def make(work: Path) -> None:
        work.mkdir()
        result = dbt(
            "build",
            *NO_UNIT_TESTS,
            raw_dir=demo_dir,
            database=Path(shutil.copy(earlier_model, work)),
        )
        assert result.returncode == 0, result.stdout[-5000:]
        (work / "printed.txt").write_text(result.stdout, encoding="utf-8")

    work = once("kept model", make)
    return work / "demo.duckdb", (work / "printed.txt").read_text("utf-8")


def test_a_later_build_labels_new_customers_with_the_model_and_its_names(
    earlier_model, kept_model
):
    database, printed = kept_model
    before = model(earlier_model)
    assert model(database) == before
    assert before.startswith("2018-03-31-k")
    assert rows(database, KEYS) == rows(earlier_model, KEYS)
    ((fitted, labelled, certain, stray),) = rows(
        database,
        "select (select customers_fitted from segment_models), count(*), "
        "count(*) filter (where certainty between 0 and 1), "
        f"count(*) filter (where model_id != '{before}') from customer_segments",
    )
    assert labelled == certain > fitted
    assert stray == 0
    assert re.search(r"int_candidate_stability \.+ \[\x1b\[32mKEPT", printed)


def test_a_drifted_model_is_said_to_be_due_in_a_sentence(kept_model):
    database, printed = kept_model
    due = rows(database, "select measure from segment_drift where is_refit_due")
    # Half a year on, a fifth of the customers is older than the model has seen.
    assert ("recency_days",) in due
    said = "A refit is due: customers are no longer like those that model "
    assert said + model(database) in printed
    assert "WARN=1 ERROR=0" in printed


@pytest.mark.slow
def test_a_build_can_end_with_a_code_of_its_own_when_a_refit_is_due(
    kept_model, demo_dir, tmp_path, monkeypatch, capsys
):
    database = Path(shutil.copy(kept_model[0], tmp_path))
    monkeypatch.chdir(ROOT)
    settings = {"OLIST_RAW_DIR": str(demo_dir), "OLIST_DB": str(database)}
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        settings[name] = str(tmp_path / name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    words = ["build", "--target", "demo", "--fail-on-drift"]
    words += ["--", *NO_TESTS, "--select", "segment_drift"]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert said.startswith("olist-segments: a refit is due, because of recency_days")

    with duckdb.connect(str(database)) as connection:  # a day before the fit
        connection.execute(
            "update intermediate.int_as_of set as_of_date = '2018-02-28'"
        )
    assert main(words) == 0
    assert rows(database, "select verdict from segment_drift where drift >= 0.25") == [
        ("watch",)
    ]


def test_a_fresh_model_has_not_drifted(demo_database):
    assert set(rows(demo_database, "select drift, verdict from segment_drift")) == {
        (0.0, "stable")
    }


def test_the_stability_index_is_that_of_its_definition(kept_model):
    database, _ = kept_model
    with duckdb.connect(str(database), read_only=True) as connection:
        ((found,),) = connection.sql(
            "select drift from segment_drift where measure = 'recency_days'"
        ).fetchall()
        bounds = [
            bound
            for (bound,) in connection.sql(
                "select upper_bound from segment_model_bins where measure = "
                "'recency_days' and upper_bound is not null order by upper_bound"
            ).fetchall()
        ]
        now = connection.sql("select recency_days from customer_features").fetchnumpy()
        shares = connection.sql(
            "select customer_share from segment_model_bins where measure = "
            "'recency_days' and bin > 0 order by bin"
        ).fetchnumpy()["customer_share"]
    counts = np.bincount(np.searchsorted(bounds, now["recency_days"]), minlength=10)
    today = np.maximum(counts / counts.sum(), 0.0001)
    assert sum(shares) == pytest.approx(1)
    expected = ((today - shares) * np.log(today / shares)).sum()
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.fixture(scope="module")
def compiled(demo_dir, demo_database, tmp_path_factory):
    """Return the SQL that scales and labels, with placeholders for what it labels."""
    work = tmp_path_factory.mktemp("compiled")
    copy = Path(shutil.copy(demo_database, work))
    names = ("int_scaled_features", "int_segment_assignments")
    result = dbt("compile", "--select", *names, raw_dir=demo_dir, database=copy)
    assert result.returncode == 0, result.stdout
    folder = work / "target/compiled/olist_segments/models/segmentation/labels"
    sql = {name: (folder / f"{name}.sql").read_text() for name in names}
    for schema, table, placeholder in [
        ("main", "customer_features", "CUSTOMERS"),
        ("intermediate", "int_scaled_features", "POINTS"),
    ]:
        relation = f'"{copy.stem}"."{schema}"."{table}"'
        sql = {name: text.replace(relation, placeholder) for name, text in sql.items()}
    return sql


def test_labels_equal_those_of_the_fit_and_of_a_customer_scored_alone(
    demo_database, compiled
):
    scale = compiled["int_scaled_features"]
    assign = compiled["int_segment_assignments"]
    columns = "customer_unique_id, segment_id, round(sqrt(squared_distance), 9)"
    alone = []
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        everybody = connection.sql(
            "select customer_unique_id, segment_id, round(distance_to_centroid, 9) "
            "from customer_segments order by customer_unique_id"
        ).fetchall()
        fitted = connection.sql(
            f"select {columns} from intermediate.int_candidate_assignments "
            "join intermediate.int_chosen_clusters using (k, cluster_id) "
            "order by customer_unique_id"
        ).fetchall()
        for customer, _, _ in everybody[::600]:
            connection.execute(
                "create or replace temp view one as select * from customer_features "
                f"where customer_unique_id = '{customer}'"
            )
            connection.execute(
                "create or replace temp view one_scaled as "
                + scale.replace("CUSTOMERS", "one")
            )
            alone += connection.sql(
                f"select {columns} from ({assign.replace('POINTS', 'one_scaled')})"
            ).fetchall()
    assert fitted == everybody
    assert len(alone) >= 8
    assert alone == everybody[::600]


def test_values_that_the_fit_never_saw_are_scaled_within_its_bounds(
    demo_database, compiled
):
    scale = compiled["int_scaled_features"]
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        connection.execute(
            "create temp view strange as select 'rich' as customer_unique_id, "
            "100000 as recency_days, 500 as order_count, 1e9 as total_spend, "
            "null as review_score, null as installments, null as delivery_delay_days"
        )
        scaled = connection.sql(scale.replace("CUSTOMERS", "strange")).df().iloc[0]
        bounds = connection.sql(
            "select feature, transform, fill_value, clip_upper, mean, "
            "standard_deviation from segment_model_features"
        ).fetchall()
    missing = {"review_score", "installments", "delivery_delay_days"}
    for feature, transform, fill_value, clip_upper, mean, deviation in bounds:
        value = fill_value if feature in missing else clip_upper
        value = np.log1p(value) if transform == "log1p" else value
        assert scaled[feature] == pytest.approx((value - mean) / deviation)


@pytest.mark.parametrize(
    "settings",
    [pytest.param({}, marks=pytest.mark.slow), {"DBT_FULL_REFRESH": "1"}],
    ids=["another configuration", "full refresh"],
)
def test_a_new_model_is_not_asked_for_where_only_the_old_is_read(
    demo_dir, demo_database, tmp_path, settings
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    if not settings:
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"update intermediate.int_fitted_model {CONFIGURED}")
    options = {"raw_dir": demo_dir, "database": database, "settings": settings}
    result = dbt("run", "--select", "segments+", **options)
    assert result.returncode == 2
    assert "asks for a new model, but only tables that read the model" in result.stdout
    assert "START sql" not in result.stdout
    assert model(database) == model(demo_database)


@pytest.fixture(scope="module")
def refreshed(demo_dir, kept_model, once):
    """Return a copy with a fit that was killed and made good, and a new history."""

    def make(work: Path) -> None:
        work.mkdir()
        options = {"raw_dir": demo_dir, "database": work / "demo.duckdb"}
        shutil.copy(kept_model[0], work)
        with duckdb.connect(str(options["database"])) as connection:
            connection.execute("drop table intermediate.customer_segment_history")
        words = ("build", *NO_TESTS, "--select", "path:models/segmentation+")
        sign = r"OK created .*\.int_chosen_clusters "
        killed_when(sign, *words, "--full-refresh", "--threads", "1", **options)
        build(*words[1:], **options)

    return once("refreshed", make) / "demo.duckdb"


@pytest.mark.slow
def test_a_full_refresh_killed_in_the_middle_of_its_fit_is_made_good_by_the_next_build(
    demo_database, kept_model, refreshed
):
    # On the day and with the configuration of another fit: the same model.
    ids = {model(kept_model[0]), model(demo_database)}
    assert model(refreshed) == model(demo_database)
    assert models_with_all_their_parts(refreshed) == ids
    assert len(ids) == 2
    # All tables are equal but for the rows of the older model.
    for table, _, _, missing in differences(demo_database, refreshed):
        assert table in ("segment_models", *STORED)
        assert missing == 0, table


@pytest.mark.slow
def test_a_changed_k_refits_and_keeps_the_old(demo_dir, refreshed, tmp_path):
    database = Path(shutil.copy(refreshed, tmp_path))
    before = models_with_all_their_parts(database)

    def with_three():
        build(
            *(*NO_TESTS, "--select", "path:models/segmentation"),
            "customer_segment_history+",
            raw_dir=demo_dir,
            database=database,
            variables={"k": 3},
        )
        return model(database)

    fixed = with_three()
    assert "-k3-" in fixed
    assert with_three() == fixed
    assert models_with_all_their_parts(database) == {*before, fixed}
    ((segments,),) = rows(
        database, "select count(distinct segment_id) from customer_segments"
    )
    assert segments == 3
    assert members_by_history(database) == rows(database, MEMBERS)
