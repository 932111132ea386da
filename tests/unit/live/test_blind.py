from audiopost.live.blind import BlindResult, BlindTest, Vote


def test_x_is_drawn_anew_for_each_trial_and_a_seed_repeats_the_test() -> None:
    def drawn(seed: int) -> list[str]:
        test = BlindTest(seed)
        return [test.vote("a", trial).x for trial in range(200)]

    assert drawn(7) == drawn(7)
    assert 60 < drawn(7).count("a") < 140


def test_chance_is_the_tail_of_the_binomial() -> None:
    def result(right: int, trials: int) -> BlindResult:
        return BlindResult(tuple(Vote(n, "a", "a" if n < right else "b", 0) for n in range(trials)))

    assert result(0, 0).chance == 1.0
    assert result(16, 16).chance == 2.0**-16
    assert result(12, 16).chance == (1820 + 560 + 120 + 16 + 1) / 2**16
    assert result(0, 16).chance == 1.0
