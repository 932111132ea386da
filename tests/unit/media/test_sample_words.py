from itertools import product

import numpy as np
import pytest

from audiopost.media.sample_words import LEAD_BYTES, WORD_BYTES, decode, encode


def decoded(raw: bytes, word: str, channels: int, frames: int) -> np.ndarray:
    out = np.full((channels, frames), np.nan, np.float32)
    decode(bytearray(LEAD_BYTES) + raw, word, out)
    return out


@pytest.mark.parametrize(
    ("word", "raw", "samples"),
    [
        ("u8", "00 80 ff", [-1.0, 0.0, 127 / 128]),
        ("s16", "0080 0000 ff7f", [-1.0, 0.0, 32767 / 32768]),
        ("s24", "000080 010000 ffffff ffff7f", [-1.0, 2**-23, -(2**-23), 1 - 2**-23]),
        ("s32", "00000080 00010000", [-1.0, 2**-23]),
        ("f32", "0000803f 000000c0", [1.0, -2.0]),
        ("f64", "000000000000f03f 00000000000000c0", [1.0, -2.0]),
    ],
)
def test_words_mean_what_the_format_says(word: str, raw: str, samples: list[float]) -> None:
    assert decoded(bytes.fromhex(raw), word, 1, len(samples)).tolist() == [samples]


@pytest.mark.parametrize(("word", "channels", "frames"), list(product(WORD_BYTES, (1, 2, 5, 64), (0, 1, 2, 97))))
def test_channels_are_taken_apart(word: str, channels: int, frames: int) -> None:
    raw = np.random.default_rng(3).integers(0, 64, channels * frames * WORD_BYTES[word], dtype=np.uint8).tobytes()
    flat = decoded(raw, word, 1, channels * frames)
    assert np.array_equal(decoded(raw, word, channels, frames), flat.reshape(frames, channels).T)


def test_a_24_bit_word_does_not_feel_its_neighbour() -> None:
    assert decoded(bytes.fromhex("ffffff 000000 ffffff"), "s24", 1, 3).tolist() == [[-(2**-23), 0.0, -(2**-23)]]


def test_every_16_bit_word_comes_back_as_itself() -> None:
    words = np.arange(-32768, 32768, dtype=np.int32).reshape(2, -1)
    samples = decoded(encode(words, "s16"), "s16", 2, words.shape[1])
    assert np.array_equal(samples * 32768, words)


def test_24_bit_words_come_back_as_themselves() -> None:
    words = np.random.default_rng(5).integers(-(2**23), 2**23, (3, 50_000), dtype=np.int32)
    words[:, :2] = [-(2**23), 2**23 - 1]
    samples = decoded(encode(words, "s24"), "s24", 3, words.shape[1])
    assert np.array_equal(samples * 2.0**23, words)


def test_float_samples_pass_unchanged() -> None:
    samples = np.array([[1.5, -0.0, 1e-40], [3e38, 1.0, -1.0]], np.float32)
    assert decoded(encode(samples, "f32"), "f32", 2, 3).tobytes() == samples.tobytes()


def test_a_double_beyond_float32_becomes_infinite_without_a_warning() -> None:
    assert decoded(np.array([1e300, np.nan]).tobytes(), "f64", 1, 2)[0, 0] == np.inf
