"""Segments planted in demo data are found; without them, none are found."""

import csv

import duckdb
import numpy as np
import pytest
from conftest import segments
from olist_segments.demo import FILES, write_demo_data
from olist_segments.study.comparison import FEATURES
from olist_segments.study.raw_tables import load_files
from sklearn.metrics import adjusted_rand_score

PLANTED = 5
# The features that the default list logs.
LOGGED = ("order_count", "total_spend", "installments")


@pytest.fixture(scope="module")
def planted_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    write_demo_data(folder, orders=15_000, planted=PLANTED)
    return folder


def means_and_spreads(folder):
    """Return mean and standard deviation of each feature, as scaled, in each group."""
    scaled = [f"ln(1 + {name})" if name in LOGGED else name for name in FEATURES]
    grouped = ", ".join(f"avg({name}), stddev({name})" for name in scaled)
    found = (
        load_files(folder)
        .sql(
            f"""
            select {grouped} from people join read_csv('{folder}/planted_segments.csv')
                on person = customer_unique_id
            group by planted_segment order by planted_segment
            """
        )
        .fetchall()
    )
    return np.array(found, dtype=float).reshape(len(found), len(FEATURES), 2)


@pytest.mark.slow
def test_the_pipeline_finds_the_planted_segments(planted_dir, tmp_path):
    database = segments(planted_dir, tmp_path / "demo.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        ((k,),) = connection.sql("select k from segment_models").fetchall()
        labels = connection.sql(
            "select planted_segment, segment_id from customer_segments "
            f"join read_csv('{planted_dir}/planted_segments.csv') "
            "using (customer_unique_id)"
        ).fetchall()
        ((customers,),) = connection.sql(
            "select count(*) from customer_segments"
        ).fetchall()
    assert k == PLANTED
    assert len(labels) == customers > 2_000
    assert adjusted_rand_score(*zip(*labels, strict=True)) >= 0.95


def test_every_person_has_one_label(planted_dir):
    path = planted_dir / "planted_segments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *labels = csv.reader(file, strict=True)
    with open(planted_dir / FILES["customers"], encoding="utf-8", newline="") as file:
        people = {row["customer_unique_id"] for row in csv.DictReader(file)}
    assert header == ["customer_unique_id", "planted_segment"]
    assert {person for person, _ in labels} == people
    assert len(labels) == len(people)
    assert {label for _, label in labels} == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize("planted", [2, 5, 8])
def test_any_two_planted_segments_differ_in_three_features_or_more(tmp_path, planted):
    write_demo_data(tmp_path, orders=6_000, planted=planted)
    means, spreads = np.moveaxis(means_and_spreads(tmp_path), 2, 0)
    assert len(means) == planted
    for one in range(planted):
        for other in range(one):
            gap = np.abs(means[one] - means[other])
            apart = gap > 2.5 * np.maximum(spreads[one], spreads[other])
            assert apart.sum() >= 3, (one, other)


def test_segments_without_separation_are_labels_only(tmp_path):
    write_demo_data(tmp_path, orders=15_000, planted=PLANTED, separation=0)
    means, spreads = np.moveaxis(means_and_spreads(tmp_path), 2, 0)
    assert len(means) == PLANTED
    assert (np.ptp(means, axis=0) < 0.3 * spreads.min(axis=0)).all()


def test_labels_of_other_people_do_not_stay_behind(planted_dir, tmp_path):
    write_demo_data(tmp_path, orders=1_000, planted=3)
    assert (tmp_path / "planted_segments.csv").exists()
    write_demo_data(tmp_path, orders=1_000)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES.values())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"planted": 1}, "planted is 1: it must be from 2 to 8"),
        ({"planted": 9}, "planted is 9: it must be from 2 to 8"),
        ({"planted": 3, "separation": 1.5}, "separation is 1.5: it must be from 0"),
    ],
)
def test_what_cannot_be_planted_is_refused(tmp_path, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        write_demo_data(tmp_path / "none", **options)
    assert not (tmp_path / "none").exists()
