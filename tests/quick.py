"""What ``make.py test --quick`` runs: of each test function ``CASES`` cases, of the claims ``CLAIMS``, and
none of what takes long.

What takes long: what is marked as slow, shows a page in a browser or builds the book, makes environments,
or is named in ``LONG`` (above 0.7 s of processor time in one case, 0.5 s for a claim).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sampling import spread

CASES = 3
CLAIMS = 60
SETTLED = "tests/claims/test_claims.py::test_claim_settles"
FIXTURES = {"browser", "chrome", "driver", "html", "projector"}
"""Those that start a browser or build the book."""
HEAVY = (
    "adding-baseline",
    "batch-norm-always-explodes",
    "batch-norm-backward",
    "batch-norm-backward-gain",
    "batch-norm-backward-shift",
    "batch-norm-gradient-and-epsilon",
    "batch-norm-gradient-falls-with-scale",
    "batch-norm-linear-rate-8",
    "batch-norm-projects-out-the-mean",
    "batch-norm-relu-rate",
    "batch-norm-relu-rate-16",
    "batch-norm-relu-rate-8",
    "batch-norm-residual-growth",
    "batch-norm-residual-power",
    "batch-norm-shifted-relu-is-not-alike",
    "cd-is-no-gradient",
    "chain-gradient-any-layer",
    "chain-gradient-depth-4",
    "decay-l1-adds-only",
    "decay-l2-adds-only",
    "decay-leaves-learning-speed",
    "error-recursion",
    "explosion-any-depth",
    "explosion-gradient",
    "explosion-is-rare",
    "first-weight-is-no-factor",
    "he-variance",
    "layer-norm-rate",
    "log-gate-is-concave",
    "log-product-variance",
    "lstm-gain-ten-steps",
    "lstm-memory-step-many-units",
    "lstm-two-steps",
    "mended-identity-error",
    "no-exponential-explosion",
    "normalised-factor-has-no-weight",
    "outlier-sigmoid-hidden",
    "random-chain-always-vanishes",
    "rbm-free-energy-gradient",
    "rbm-gibbs-keeps-the-model",
    "relu-spread-by-depth-over-width",
    "residual-block-mean-square",
    "residual-chain-gradient",
    "residual-chain-mean-log",
    "residual-relu-last-growth",
    "residual-scaled-growth",
    "residual-tanh-mean-square",
    "shared-weight-sums-over-time",
    "shattered-plain",
    "sigmoid-critical-scale",
    "squared-error-logit-gradient",
    "tied-weights-gradient",
    "variance-forward",
    "variance-recursion-forward",
    "weight-gradient-any-layer",
    "weights-below-one-explode",
    "window-width",
    "window-width-at-100",
    "xavier-sigmoid-loses-three-quarters",
)
"""Labels of claims that take longer than others to settle and alter."""
LONG = (
    *(f"{SETTLED}_and_near_miss_is_refuted[{label}]" for label in HEAVY),
    "tests/chapters/chain_rule/test_claims_chain_rule.py::test_what_is_true_is_not_refuted",
    "tests/chapters/explosion/test_budget.py::test_what_rests_on_a_lemma_falls_with_it",
    "tests/chapters/normalisation/test_claims_normalisation_rates.py::test_a_false_variant_is_refuted[batch-norm-shifted-relu-is-not-alike]",
    "tests/chapters/chain_rule/test_claims_chain_rule.py::test_depth_4_refutes_planted_errors",
    "tests/claims/decisions/test_integrals.py::test_integrals_that_are_known_by_construction_are_decided_and_altered_ones_are_not",
    "tests/claims/decisions/test_limits.py::test_limits_that_are_known_by_construction_are_decided_and_altered_ones_are_not",
    "tests/claims/decisions/test_sums.py::test_sums_that_are_known_by_construction_are_decided_and_altered_ones_are_not",
    "tests/chapters/chain_rule/test_oracles_experiment.py::test_oracles_agree_on_random_chains",
    "tests/chapters/clipping/test_clipped_training.py::test_the_plateau_comes_out_again",
    "tests/chapters/explosion/test_budget.py::test_share_of_large_gains_in_one_layer",
    "tests/chapters/explosion/test_random_and_tied_chains.py::test_lambda_beside_the_centre",
    "tests/chapters/initialisation/test_relu_spread.py::test_bars_from_the_sample_are_too_short_where_depth_over_width_is_large",
    "tests/chapters/initialisation/test_relu_spread.py::test_the_bar_covers_as_a_standard_error_should",
    "tests/chapters/initialisation/test_relu_spread.py::test_the_simulation_tells_four_and_six_from_five",
    "tests/chapters/initialisation/test_shares_of_networks.py::test_careful_networks_vanish_too_when_they_are_deep_enough",
    "tests/chapters/initialisation/test_claims_initialisation.py::test_the_critical_scale_of_the_sigmoid_is_resolved",
    "tests/chapters/learning_speeds/test_records.py::test_the_recorder_is_interrupted_and_goes_on",
    "tests/chapters/learning_speeds/test_records.py::test_the_runs_of_the_slider_are_made_by_the_same_command",
    "tests/chapters/learning_speeds/test_records.py::test_the_way_beyond_the_plateau_run_again",
    "tests/chapters/normalisation/test_experiments.py::test_a_sample_of_the_growth_run_again",
    "tests/chapters/normalisation/test_experiments.py::test_a_sample_of_the_training_run_again",
    "tests/chapters/normalisation/test_formulas.py::test_the_claim_on_the_rate_refuses_other_rates",
    "tests/chapters/residual/test_depth.py::test_a_residual_chain_loses_eight_powers_of_ten",
    "tests/chapters/residual/test_depth.py::test_tanh_blocks_grow_in_proportion_to_the_depth",
    "tests/chapters/residual/test_depth.py::test_the_log_gain_of_tanh_blocks_grows_with_the_root_of_the_depth",
    "tests/chapters/residual/test_formulas.py::test_planted_errors_are_seen",
    "tests/chapters/initialisation/test_initialisation_words.py::test_how_often_two_bars_from_the_sample_hold_the_mean",
    "tests/chapters/verdicts/test_verdicts.py::test_the_order_of_an_explosion_in_six_networks",
    "tests/claims/decisions/test_exponential.py::test_none_of_the_false_ones_is_decided",
    "tests/claims/decisions/test_exponential.py::test_sums_at_random_against_samples",
    "tests/claims/decisions/test_exponential.py::test_the_true_ones_are_decided",
    "tests/claims/test_too_large.py",
    "tests/claims/test_typed_numbers.py::test_every_typed_number_stands_in_the_claim_or_its_settings",
    "tests/numeric/test_unseen_weights.py",
    "tests/chapters/your_own_network/test_experiments.py::test_each_of_three_tests_names_one_network",
    "tests/chapters/your_own_network/test_experiments.py::test_the_figures_draw_what_they_are_given",
    "tests/chapters/your_own_network/test_experiments.py::test_a_sample_of_the_record_run_again",
    "tests/chapters/your_own_network/test_experiments.py::test_the_threshold_makes_a_rate_usable_that_diverges_without",
    "tests/exercises/test_exact.py::test_every_whole_number_of_the_book_is_exact",
    "tests/exercises/test_odd_answers.py::test_a_witness_that_cannot_be_evaluated",
    "tests/explorables/test_explorable.py::test_stills_of_other_values",
    "tests/explorables/test_explorable.py::test_the_code_regenerates_identically",
    "tests/numeric/fused/test_vectorised.py::test_exponentials",
    "tests/numeric/test_chain.py::test_two_hundred_thousand_layers_end_to_end",
    "tests/numeric/test_many_chains.py::test_layouts_and_types",
    "tests/numeric/test_many_chains.py::test_no_cache_of_compiled_code_is_needed",
    "tests/numeric/test_many_chains.py::test_the_loops_are_loaded_only_where_used",
    "tests/numeric/test_mean_field.py::test_a_profile_that_leaves_float64_is_told",
    "tests/numeric/test_mean_field.py::test_the_fixed_point_of_gelu_and_silu_repels",
    "tests/numeric/test_recurrent_log.py::test_many_thousand_steps_in_closed_form",
    "tests/numeric/test_recurrent_log.py::test_a_long_forget_gate_in_closed_form",
    "tests/sweep/test_storage.py::test_a_broken_file_is_closed",
    "tests/sweep/test_sweep.py::test_joblib_says_nothing_where_there_are_no_semaphores",
    "tests/sweep/test_sweep.py::test_two_sweeps_on_one_folder_compute_each_point_once",
    "tests/test_public_names.py::test_a_missing_package_is_named_in_one_sentence",
    "tests/test_public_names.py::test_the_library_needs_no_package_of_the_book",
    "tests/test_public_names.py::test_the_sweep_package_stays_a_package",
    "tests/test_sweeps_page.py::test_an_experiment_of_ones_own",
    "tests/test_layering.py::test_imports_go_one_way",
    "tests/tools/test_environment.py",
    "tests/tools/test_lock.py",
    "tests/tools/test_start.py",
)


def takes_long(item: pytest.Item) -> bool:
    """Whether it is left out whatever its cases."""
    named = any(begins(item.nodeid, name) for name in LONG)
    fixtures = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return named or bool(fixtures) or item.get_closest_marker("slow") is not None


def begins(nodeid: str, name: str) -> bool:
    """Whether this is the test, the function, the file or the folder called so."""
    return nodeid == name or nodeid.startswith((f"{name}[", f"{name}::", f"{name}/"))


def kept(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The quick ones, in their order."""
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not takes_long(item):
            functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [
        item
        for name, cases in functions.items()
        for item in spread(cases, CLAIMS if name.startswith(SETTLED) else CASES)
    ]
