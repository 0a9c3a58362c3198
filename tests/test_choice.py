import pandas as pd
import pytest
from olist_segments.fit.choice import choose_k, find_elbow

INERTIA = [464, 376, 309, 266, 246, 228, 214, 202, 192]
BEND = [0.5, 0.8, 1.0, 1.5, 0.9, 1.3, 1.0, 1.1, 1.0]
LIMITS = {
    "min_stability": 0.8,
    "min_silhouette_gain": 0.05,
    "min_segment_share": 0.02,
}


def candidates(stability=0.95, share=0.05, silhouette=0.3):
    ks = range(2, 11)

    def column(value):
        return value if isinstance(value, list) else [value] * len(ks)

    return pd.DataFrame(
        {
            "k": ks,
            "inertia": INERTIA,
            "bend": BEND,
            "silhouette": column(silhouette),
            "noise_silhouette": column(0.2),
            "stability_min_ari": column(stability),
            "smallest_segment_share": column(share),
        }
    )


def chosen(table):
    return table.set_index("k").query("is_chosen").index.tolist()


def test_the_sharpest_bend_is_taken_if_it_is_eligible():
    table = choose_k(candidates(), **LIMITS)
    assert chosen(table) == [5]
    assert table["is_elbow"].sum() == 1
    assert table.loc[3, "reason"].endswith(
        "inertia falls 1.50 times as steeply before it as after it"
    )
    assert table.loc[4, "reason"].endswith(
        "its bend of 0.90 is less sharp than that of 5, 1.50"
    )


def test_the_choice_does_not_depend_on_the_other_candidates():
    table = candidates()
    for first in range(4):
        for last in range(4, 10):
            assert chosen(choose_k(table[first:last], **LIMITS)) == [5]


def test_the_highest_silhouette_does_not_win_over_stability():
    silhouettes = [0.9] * 2 + [0.3] * 7
    stability = [0.05, -0.001] + [0.95] * 7
    table = choose_k(candidates(stability, silhouette=silhouettes), **LIMITS)
    assert chosen(table) == [5]
    assert "agrees at only 0.05" in table.loc[0, "reason"]
    assert "agrees no better than chance" in table.loc[1, "reason"]


def test_an_unstable_bend_gives_way_to_the_next_sharpest():
    stability = [0.9] * 3 + [0.5] + [0.9] * 5
    assert chosen(choose_k(candidates(stability), **LIMITS)) == [7]


def test_a_bend_that_cannot_be_measured_is_none():
    table = choose_k(candidates().assign(bend=[None] * 8 + [0.5]), **LIMITS)
    assert chosen(table) == [10]
    unknown = "its bend is unknown, as there are too few different customers for k = 10"
    assert unknown in table.loc[7, "reason"]
    table = choose_k(candidates().tail(1).assign(bend=None), **LIMITS)
    assert list(table["reason"]) == ["taken: the only eligible candidate"]


def test_a_silhouette_like_that_of_noise_makes_a_candidate_ineligible():
    silhouette = [0.3] * 3 + [0.24] + [0.3] * 5
    table = choose_k(candidates(silhouette=silhouette), **LIMITS)
    assert chosen(table) == [7]
    assert "the silhouette of 0.24" in table.loc[3, "reason"]
    assert "that of noise, 0.20" in table.loc[3, "reason"]


def test_a_small_segment_makes_a_candidate_ineligible():
    shares = [0.05] * 3 + [0.001] * 6
    table = choose_k(candidates(share=shares), **LIMITS)
    assert chosen(table) == [4]
    assert "smallest segment has 0.1%" in table.loc[3, "reason"]


def test_without_eligible_candidates_the_most_stable_is_taken_and_says_so():
    stability = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, None, 0.4, 0.3]
    table = choose_k(candidates(stability), **LIMITS)
    assert chosen(table) == [7]
    assert "no candidate is eligible" in table.loc[5, "reason"]
    assert "too few customers to refit" in table.loc[6, "reason"]


def test_a_fixed_k_is_taken_with_its_faults_named():
    table = choose_k(candidates([0.1] + [0.9] * 8), fixed_k=2, **LIMITS)
    assert chosen(table) == [2]
    assert table.loc[0, "reason"].startswith("taken: fixed by the variable k; but")
    assert table.loc[3, "reason"] == "not taken: k is fixed at 2"


def test_a_fixed_k_that_was_not_fitted_is_refused():
    with pytest.raises(ValueError, match="asks for 40 segments"):
        choose_k(candidates(), fixed_k=40, **LIMITS)


@pytest.mark.parametrize(
    ("ks", "inertia"), [([2, 3], [5.0, 4.0]), ([2, 3, 4], [0.0, 0.0, 0.0])]
)
def test_a_curve_without_a_knee_has_no_elbow(ks, inertia):
    assert find_elbow(ks, inertia) is None
