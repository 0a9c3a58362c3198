"""The history of segments: which days it knows, and how a replay writes it again."""

import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from bad_data import PAYMENTS
from conftest import NO_TESTS, ROOT, build, dbt, differences, rows
from olist_segments.commands.replay import refuse_days
from olist_segments.months import month_ends, set_day
from olist_segments.project import UserError
from test_models_that_stay import (
    HISTORY,
    MEMBERS,
    members_by_history,
    model,
)

# The labels of another day, and the history that they go into.
LABELS = (*NO_TESTS, "--select", "int_as_of+,+segment_members")
# Of a day that `set_day` has set.
PAST = (*LABELS, "--exclude", "int_as_of", "data_quality")

# Of each feature, in Portuguese but for one, of which only capitals differ.
WORDS = {
    "recency_days": {"high": "há muito ausentes", "low": "recentes"},
    "order_count": {"high": "REPEAT buyers", "low": "compradores únicos"},
    "total_spend": {"high": "grandes gastadores", "low": "pequenos gastadores"},
    "review_score": {"high": "satisfeitos", "low": "insatisfeitos"},
    "installments": {"high": "em prestações", "low": "à vista"},
    "delivery_delay_days": {
        "high": "com entregas lentas",
        "low": "com entregas rápidas",
    },
}
WORDS["recency_days"]["word"] = WORDS["review_score"]["word"] = "suffix"


def test_months_have_their_last_days():
    assert month_ends("2017-12", "2018-02") == [
        datetime.date(2017, 12, 31),
        datetime.date(2018, 1, 31),
        datetime.date(2018, 2, 28),
    ]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2018-13", "2018-12", "is not a month: write months as YYYY-MM"),
        ("2018-05", "2018-04", "the first month comes first"),
    ],
)
def test_a_span_of_months_that_cannot_be_is_refused(first, last, sentence):
    with pytest.raises(UserError, match=sentence):
        month_ends(first, last)


def test_a_day_that_is_not_over_is_not_replayed():
    first, present = datetime.date(2016, 10, 11), datetime.date(2018, 10, 17)
    refuse_days(month_ends("2016-10", "2018-09"), first, present)
    with pytest.raises(UserError, match="2018-10 does not end before 2018-10-17"):
        refuse_days(month_ends("2018-09", "2018-10"), first, present)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2016-10-10", "nobody has a segment before 2016-10-11, the day of the first"),
        (
            "2019-10-19",
            "the last order was placed on 2018-10-17: correct as_of_date, or raise max",
        ),
    ],
)
def test_a_day_on_which_nobody_can_be_labelled_leaves_all_tables_as_they_were(
    demo_dir, demo_database, tmp_path, day, sentence
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    result = dbt(
        *("run", "--select", "int_as_of+"),
        raw_dir=demo_dir,
        database=database,
        variables={"as_of_date": day},
    )
    assert result.returncode == 1
    assert sentence in " ".join(result.stdout.split())
    assert differences(demo_database, database) == []


def replay(
    database: Path, raw_dir: Path, first: str, last: str, **settings: str
) -> subprocess.Popen:
    """Start a replay in a process group of its own."""
    command = [sys.executable, "-m", "olist_segments", "replay", "--target", "demo"]
    return subprocess.Popen(
        [*command, "--from", first, "--to", last],
        cwd=ROOT,
        env={
            **os.environ,
            "OLIST_RAW_DIR": str(raw_dir),
            "OLIST_DB": str(database),
            "DBT_TARGET_PATH": str(database.parent / "target of the next build"),
            "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
            "PYTHONPATH": str(ROOT / "python"),
            **settings,
        },
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_replay_that_does_not_end_leaves_the_database_as_it_was(
    demo_dir, demo_database, tmp_path
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    before = database.read_bytes()
    raw_dir = tmp_path / "raw"
    shutil.copytree(demo_dir, raw_dir)

    def stopped_at(sign, stop, month="2018-08", **settings):
        with replay(database, raw_dir, month, month, **settings) as process:
            for line in process.stdout:
                if sign in line:
                    stop(process)
            said = process.stderr.read()
        assert database.read_bytes() == before
        return process.returncode, said

    def signalled(number):
        return lambda process: os.killpg(process.pid, number)

    def killed_while_nobody_can_write(process):
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(database))
        os.killpg(process.pid, signal.SIGKILL)

    code, _ = stopped_at("[1/1]", killed_while_nobody_can_write)
    assert code == -signal.SIGKILL
    (left,) = tmp_path.glob("*.replay/target/partial_parse.msgpack")
    # The next one removes it; it need not parse the project again.
    parsed = {"DBT_PARTIAL_PARSE_FILE_PATH": str(shutil.copy(left, tmp_path))}

    code, said = stopped_at("Checking", signalled(signal.SIGINT), **parsed)
    assert code == 130
    assert said == f"The replay stopped: {database} is as it was.\n"

    code, said = stopped_at("Checking", lambda _: None, "2016-09", **parsed)
    assert code == 2
    assert "the first month that can be replayed is 2016-10" in said

    code, said = stopped_at("[1/1]", lambda _: (raw_dir / PAYMENTS).unlink(), **parsed)
    assert code == 2, "the present day cannot be built"
    assert PAYMENTS in said
    assert list(tmp_path.glob("*.replay")) == []


@pytest.mark.slow
def test_a_replay_labels_past_months_and_mends_a_history_that_ran_ahead(
    demo_dir, demo_database, tmp_path
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    options = {"raw_dir": demo_dir, "database": database}

    set_day(database, datetime.date(2018, 12, 31))
    build(*PAST, **options)
    result = dbt("build", *LABELS, **options)
    assert result.returncode == 0, result.stdout[-3000:]
    assert (
        "This build is as of 2018-10-17, but the history of segments goes on until "
        "2018-12-31: it stays as it was."
    ) in result.stdout
    assert members_by_history(database) != rows(database, MEMBERS)

    with replay(database, demo_dir, "2018-06", "2018-07") as process:
        stdout, stderr = process.communicate()
    assert process.returncode == 0, stdout[-3000:] + stderr
    assert "[2/2] as of 2018-07-31" in stdout
    days = rows(database, "select distinct entered_at::varchar from segment_changes")
    assert sorted(days) == [("2018-06-30",), ("2018-07-31",), ("2018-10-17",)]
    assert rows(
        database,
        "select label_date::varchar, horizon_days, rule, sum(customer_count) = (select "
        "count(*) from intermediate.int_outcome_labels where rule = 'kmeans'), "
        "sum(buyer_count) > 0 from segment_outcomes group by all order by all",
    ) == [("2018-06-30", 90, rule, True, True) for rule in ("all", "kmeans", "rfm")]
    assert rows(database, "select distinct model_id from segment_changes") == [
        (model(demo_database),)
    ]
    # What dbt has parsed for the next build stays: a replay has another database.
    assert not (tmp_path / "target of the next build").exists()
    # Customers who come from a segment have left it that day.
    ((moved, left),) = rows(
        database,
        "select count(*), count(before.left_at) "
        "from segment_changes as after left join segment_changes as before "
        "on after.customer_unique_id = before.customer_unique_id "
        "and after.previous_segment_key = before.segment_key "
        "and after.entered_at = before.left_at "
        "where after.previous_segment_key is not null",
    )
    assert moved == left > 20
    assert members_by_history(database) == rows(database, MEMBERS)
    found = differences(demo_database, database)
    assert [one for one in found if one[0] not in HISTORY] == []

    # New words for a segment are not a move, even if only capitals change: everybody
    # keeps the day of entry.
    changes = (
        "select customer_unique_id, entered_at, left_at, is_by_new_model "
        "from segment_changes order by all"
    )
    entered = "select customer_unique_id, entered_at from segment_members order by all"
    before = [rows(database, query) for query in (changes, entered)]
    configured = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
    build(
        *(*NO_TESTS, "--select", "int_name_words", "int_segment_names", "segments"),
        *("customer_segments", "customer_segment_history+"),
        **options,
        variables={
            "features": [
                {**feature, **WORDS[feature["name"]]}
                for feature in configured["features"]
            ],
            "segment_noun": "clientes",
            "segment_and": "e",
            "name_words": 4,
        },
    )
    named = dict(
        rows(database, "select segment_key, segment_name from customer_segments")
    )
    assert named["repeat_buyers"] == "REPEAT buyers"
    assert named["clientes_ha_muito_ausentes"] == "Clientes há muito ausentes"
    assert any("prestações" in name for name in named.values())
    assert all(re.fullmatch("[a-z0-9_]+", key) for key in named)
    # They are no reason to fit either.
    assert model(database) == model(demo_database)
    sizes = "select segment_id, count(*) from customer_segments group by all order by 1"
    assert rows(database, sizes) == rows(demo_database, sizes)
    names = "select distinct segment_name from segment_changes where left_at is null"
    assert {name for (name,) in rows(database, names)} == set(named.values())
    assert [rows(database, query) for query in (changes, entered)] == before
    assert members_by_history(database) == rows(database, MEMBERS)

    # A past day under other words than the history has: it cannot say since when.
    set_day(database, datetime.date(2018, 7, 31))
    build(*PAST, **options)
    since = (
        "select segment_key, count(*) = count(entered_at), count(entered_at) "
        "from segment_members group by segment_key order by segment_key"
    )
    assert len(rows(database, since)) == 5
    for key, is_known, known in rows(database, since):
        if key == "repeat_buyers":
            assert is_known
        else:
            assert known == 0


@pytest.mark.slow
def test_a_history_without_rows_is_begun_again_by_the_next_build(
    demo_dir, demo_database, tmp_path
):
    database = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from intermediate.customer_segment_history")
    build("--select", "customer_segment_history+", raw_dir=demo_dir, database=database)
    assert differences(demo_database, database) == []
