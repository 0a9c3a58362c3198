"""A model stays until a fit is due: its labels, and how it is stored."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from conftest import NO_TESTS, NO_UNIT_TESTS, ROOT, build, dbt, killed_when, rows
from olist_segments.cli import main
from test_pipeline import differences

HISTORY = (
    "segment_members",
    "customer_segment_history",
    "segment_changes",
    "segment_migrations",
    "int_outcome_days",
    "int_outcome_labels",
    "segment_outcomes",
)
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
    "asked",
    [
        pytest.param({"variables": {"k": 4}}, marks=pytest.mark.slow),
        {"settings": {"DBT_FULL_REFRESH": "1"}},
    ],
)
def test_a_new_model_is_not_asked_for_where_only_the_old_is_read(
    demo_dir, demo_database, tmp_path, asked
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    result = dbt(
        *("run", "--select", "segments+"), raw_dir=demo_dir, database=database, **asked
    )
    assert result.returncode == 2
    assert "asks for a new model, but only tables that read the model" in result.stdout
    assert "START sql" not in result.stdout
    assert model(database) == model(demo_database)


@pytest.mark.slow
def test_a_changed_k_or_feature_list_or_a_full_refresh_refits_and_keeps_the_old(
    demo_dir, kept_model, tmp_path
):
    database = Path(shutil.copy(kept_model[0], tmp_path))
    first = model(database)

    def again(*words, **variables):
        build(
            *NO_TESTS,
            "--select",
            "path:models/segmentation",
            "customer_segment_history+",
            *words,
            raw_dir=demo_dir,
            database=database,
            variables=variables,
        )
        return model(database)

    renamed = again(name_words=1)
    assert renamed == first, "words for names are no reason to fit"
    refreshed = again("--full-refresh")
    assert refreshed.startswith("2018-10-17")
    fixed = again(k=3)
    assert "-k3-" in fixed
    assert again(k=3) == fixed
    assert models_with_all_their_parts(database) == {first, refreshed, fixed}
    ((segments,),) = rows(
        database, "select count(distinct segment_id) from customer_segments"
    )
    assert segments == 3
    assert members_by_history(database) == rows(database, MEMBERS)
    # Back to the configuration and the day of an earlier fit: the same model again.
    assert again() == refreshed
    assert models_with_all_their_parts(database) == {first, refreshed, fixed}


@pytest.fixture(scope="module")
def model_of_three(demo_dir, tmp_path_factory):
    """Return a database whose current model has k = 3."""
    database = tmp_path_factory.mktemp("three") / "demo.duckdb"
    options = {"raw_dir": demo_dir, "database": database, "variables": {"k": 3}}
    return build(*NO_TESTS, "--select", "+segment_models", **options)


@pytest.mark.slow
def test_a_build_killed_in_the_middle_of_a_fit_is_made_good_by_the_next(
    demo_dir, demo_database, model_of_three, tmp_path
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(model_of_three, database)
    options = {"raw_dir": demo_dir, "database": database}
    sign = r"OK created .*\.int_chosen_clusters "
    killed_when(sign, "build", *NO_TESTS, "--threads", "1", **options)
    build(*NO_TESTS, **options)
    assert len(models_with_all_their_parts(database)) == 2
    # The model with k = 3 is the only trace: drop it, and all tables are equal.
    with duckdb.connect(str(database)) as connection:
        for table in ("segment_models", *STORED):
            connection.execute(f"delete from {table} where model_id like '%-k3-%'")
        connection.execute(
            "delete from intermediate.customer_segment_history "
            "where dbt_valid_to is not null"
        )
    found = differences(demo_database, database)
    assert [one for one in found if one[0] not in HISTORY] == []


@pytest.mark.slow
def test_names_can_be_translated_without_a_refit(demo_dir, demo_database, tmp_path):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    configured = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
    words = {
        "recency_days": ("suffix", "há muito ausentes", "recentes"),
        "order_count": ("noun", "compradores frequêntes", "compradores únicos"),
        "total_spend": ("noun", "grandes gastadores", "pequenos gastadores"),
        "review_score": ("suffix", "satisfeitos", "insatisfeitos"),
        "installments": ("suffix", "em prestações", "à vista"),
        "delivery_delay_days": (
            "suffix",
            "com entregas lentas",
            "com entregas rápidas",
        ),
    }
    features = [
        {**feature, **dict(zip(("word", "high", "low"), words[name], strict=True))}
        for feature in configured["features"]
        for name in [feature["name"]]
    ]
    build(
        "--select",
        "int_name_words",
        "int_segment_names",
        "customer_segments",
        raw_dir=demo_dir,
        database=database,
        variables={
            "features": features,
            "segment_noun": "clientes",
            "segment_and": "e",
        },
    )
    assert model(database) == model(demo_database)
    sizes = "select segment_id, count(*) from customer_segments group by all order by 1"
    assert rows(database, sizes) == rows(demo_database, sizes)
    named = dict(
        rows(database, "select segment_key, segment_name from customer_segments")
    )
    assert named["compradores_frequentes"] == "Compradores frequêntes"
    assert all(re.fullmatch("[a-z0-9_]+", key) for key in named)
    assert any("prestações" in name for name in named.values())
