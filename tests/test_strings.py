"""Strings: composed as asked, slid over exactly, searched completely, cut sensibly."""

from itertools import pairwise, product

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage, special

from lenet_course import strings
from lenet_course.models import lenet5_modern, lenet5_strings, lenet5_tutorial
from lenet_course.strings import NOTHING, SYMBOLS, Grammar


def bar(left=12, right=15, top=6, bottom=22):
    """Return a symbol that is a block of ink."""
    image = np.zeros((28, 28), np.float32)
    image[top:bottom, left:right] = 1
    return image


def pieces(image):
    return ndimage.label(image >= strings.INK, np.ones((3, 3)))[1]


# Marks


@pytest.mark.parametrize("draw", [strings.draw_points, strings.draw_stars])
def test_marks_are_drawn_the_same_each_time_and_each_differently(draw):
    marks = draw(20, np.random.default_rng(1))
    np.testing.assert_array_equal(marks, draw(20, np.random.default_rng(1)))
    assert marks.shape == (20, 28, 28)
    assert marks.dtype == np.float32
    assert marks.min() == 0
    assert 0.9 < marks.max() <= 1
    assert len({mark.tobytes() for mark in marks}) == 20
    assert all(pieces(mark) == 1 for mark in marks)


def test_a_point_stands_on_the_base_line_and_a_star_in_the_middle():
    rng = np.random.default_rng(2)
    point = ndimage.center_of_mass(strings.draw_points(50, rng).mean(axis=0))
    star = ndimage.center_of_mass(strings.draw_stars(50, rng).mean(axis=0))
    np.testing.assert_allclose(point, (21.5, 14), atol=0.6)
    np.testing.assert_allclose(star, (14, 14), atol=0.3)


# Composing


@given(gap=st.integers(-2, 9), widths=st.lists(st.integers(3, 18), min_size=2, max_size=4))
def test_neighbors_have_the_gap_that_was_asked_for(gap, widths):
    symbols = np.array([[bar(14 - w // 2, 14 - w // 2 + w) for w in widths]])
    strip, centers = strings.compose(symbols, gap, least_pitch=1)
    ink = np.flatnonzero(strip[0].max(axis=0))
    assert np.ptp(ink) + 1 == sum(widths) + gap * (len(widths) - 1)
    assert (pieces(strip[0]) == 1) == (gap <= 0)
    assert centers[0, 0] == strings.MARGIN
    assert strip.shape[2] == centers.max() + strings.MARGIN


def test_pixels_that_meet_at_a_corner_touch():
    upper, lower = bar(10, 18, 6, 14), bar(10, 18, 14, 22)
    apart = strings.compose([[upper, lower]], 1, least_pitch=1).images[0]
    touching = strings.compose([[upper, lower]], 0, least_pitch=1).images[0]
    assert (pieces(apart), pieces(touching)) == (2, 1)


def test_narrow_symbols_keep_a_least_distance():
    centers = strings.compose([[bar(), bar()]], -2).centers
    assert np.diff(centers) == 11


def test_symbols_that_share_no_row_keep_the_least_distance_too():
    high, low = bar(top=2, bottom=8), bar(top=20, bottom=26)
    assert np.diff(strings.compose([[high, low]], 0).centers) == 11


def test_a_symbol_stands_where_it_should():
    symbols = np.random.default_rng(0).random((3, 2, 28, 28), dtype=np.float32)
    rises, starts = [[0, 2], [-2, 1], [0, 0]], [32, 16, 20]
    images, centers = strings.compose(symbols, 9, rises=rises, starts=starts)
    np.testing.assert_array_equal(centers[:, 0], starts)
    assert images.shape[1] == 32
    for strip, middle, first, rise in zip(images, centers, symbols, rises, strict=True):
        for symbol, column, lower in zip(first, middle, rise, strict=True):
            place = strip[2 + lower : 30 + lower, column - 14 : column + 14]
            np.testing.assert_array_equal(place, symbol)
            assert strip.sum() == pytest.approx(first.sum(), rel=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"symbols": np.zeros((1, 2, 28))}, r"symbols has shape \(1, 2, 28\)"),
        ({"gaps": [1, 2]}, r"shapes \(2,\), \(\) and \(\)"),
        ({"rises": 3}, "rises go from 3 to 3"),
        ({"starts": 15}, "starts from 15 up"),
    ],
)
def test_what_cannot_be_composed(change, message):
    settings = {"symbols": np.zeros((1, 2, 28, 28)), "gaps": 0, **change}
    with pytest.raises(ValueError, match=message):
        strings.compose(settings.pop("symbols"), settings.pop("gaps"), **settings)


def test_a_slant_moves_rows_and_keeps_the_middle_and_the_ink():
    strip = strings.compose([[bar()]], np.zeros((1, 0), int)).images
    leaning = strings.slanted(strip, 0.5)[0]
    middles = (leaning[8:24] @ np.arange(leaning.shape[1])) / leaning[8:24].sum(axis=1)
    np.testing.assert_allclose(np.diff(middles), -0.5, atol=1e-5)
    np.testing.assert_allclose(middles[7:9].mean(), 31, atol=1e-5)
    assert leaning.sum() == pytest.approx(strip.sum(), rel=1e-5)
    np.testing.assert_array_equal(strings.slanted(strip, [0.0]), strip)


def test_nothing_comes_in_from_outside_of_a_slanted_strip():
    moved = strings.slanted(np.ones((1, 3, 4)), 2.0)
    np.testing.assert_array_equal(moved[0], [[0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]])


def test_noise_inverts_as_many_pixels_as_asked():
    rng = np.random.default_rng(0)
    clean = rng.random((2, 100, 100), dtype=np.float32)
    changed = strings.noisy(clean, [0.0, 0.1], rng)
    np.testing.assert_array_equal(changed[0], clean[0])
    inverted = changed[1] != clean[1]
    assert 0.085 < inverted.mean() < 0.115
    np.testing.assert_array_equal(changed[1][inverted], (1 - clean[1])[inverted])
    with pytest.raises(ValueError, match=r"probability is 1.5, expected 0 to 1"):
        strings.noisy(clean, 1.5, rng)


def test_windows_are_cut_and_padded():
    strip = np.arange(32 * 50, dtype=np.float32).reshape(1, 32, 50)
    found = strings.windows(strip, [[16, 20, 0]], rows=[[16, 15, 16]])[0]
    np.testing.assert_array_equal(found[0], strip[0, :, :32])
    np.testing.assert_array_equal(found[1, 1:], strip[0, :31, 4:36])
    assert not found[1, 0].any()
    np.testing.assert_array_equal(found[2, :, 16:], strip[0, :, :16])
    assert not found[2, :, :16].any()
    with pytest.raises(ValueError, match=r"columns has shape \(3,\), expected \(1, windows\)"):
        strings.windows(strip, [1, 2, 3])
    with pytest.raises(ValueError, match=r"images has shape \(32, 50\)"):
        strings.windows(strip[0], [[1]])


# The replicated network


@pytest.fixture(scope="module")
def model():
    return lenet5_strings(0)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 1000), width=st.integers(36, 90))
def test_at_each_place_it_is_the_network_on_that_window(model, seed, width):
    strip = np.random.default_rng(seed).random((1, 32, width), dtype=np.float32)
    along = np.asarray(strings.replicate(model)(strip[..., None]))
    assert along.shape == (1, 1, (width - 32) // 4 + 1, 13)
    starts = np.arange(0, width - 31, 4)
    alone = np.asarray(model(np.stack([strip[0, :, s : s + 32] for s in starts])[..., None]))
    np.testing.assert_allclose(along[0, 0], alone, rtol=1e-4, atol=1e-4)


def test_it_slides_down_a_page_as_well(model):
    page = np.random.default_rng(3).random((1, 44, 40, 1), dtype=np.float32)
    found = np.asarray(strings.replicate(model)(page))
    assert found.shape == (1, 4, 3, 13)
    window = model(page[:, 8:40, 4:36])
    np.testing.assert_allclose(found[:, 2, 1], window, rtol=1e-4, atol=1e-4)


def test_the_network_of_chapter_08_slides_too():
    model = lenet5_tutorial()
    page = np.random.default_rng(4).random((1, 28, 36, 1), dtype=np.float32)
    found = np.asarray(strings.replicate(model)(page))
    np.testing.assert_allclose(found[:, 0, 2], model(page[:, :, 8:]), rtol=1e-4, atol=1e-5)


def test_what_cannot_slide():
    with pytest.raises(ValueError, match=r"C1 is of the kind Conv2D, expected .* padding='valid'"):
        strings.replicate(lenet5_modern(0))
    with pytest.raises(ValueError, match="lone is of the kind Dense"):
        strings.replicate(
            keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Dense(3, name="lone")])
        )


@pytest.mark.parametrize("step", [1, 2, 4])
def test_looking_along_in_small_steps(model, step):
    strips = np.random.default_rng(5).random((2, 32, 47), dtype=np.float32)
    logs = strings.look_along(strings.replicate(model), strips, step=step)
    np.testing.assert_allclose(np.exp(logs).sum(axis=2), 1, rtol=1e-5)
    assert logs.shape == (2, 12 // step, 13)
    for place in range(logs.shape[1]):
        window = strings.windows(strips, np.full((2, 1), 16 + step * place))[:, 0]
        alone = special.log_softmax(np.asarray(model(window[..., None])), axis=1)
        np.testing.assert_allclose(logs[:, place], alone, rtol=1e-4, atol=1e-4)


def test_what_cannot_be_looked_along(model):
    replicated = strings.replicate(model)
    with pytest.raises(ValueError, match=r"images has shape \(1, 28, 60\)"):
        strings.look_along(replicated, np.zeros((1, 28, 60)))
    with pytest.raises(ValueError, match="step is 3, expected 1, 2 or 4"):
        strings.look_along(replicated, np.zeros((1, 32, 60)), step=3)


# Grammars and the search

SMALL = {
    "two of two": Grammar((("01", 2, 2),)),
    "one to three": Grammar((("01", 1, 3),)),
    "stars, digit": Grammar((("*", 0, None), ("01", 1, 1))),
    "amount": Grammar((("*", 0, 1), ("01", 1, None), (".", 1, 1), ("0", 0, 1))),
    "perhaps nothing": Grammar((("0", 0, 1),)),
}


def path_text(labels):
    """Return the string of a path; None if two symbols stand side by side."""
    text, before = "", NOTHING
    for label in labels:
        if label not in (NOTHING, before):
            if before != NOTHING:
                return None
            text += SYMBOLS[label]
        before = label
    return text


def all_paths(logs, grammar, allowed):
    """Return the score of every path that the grammar allows, by its labels."""
    used = [SYMBOLS.index(symbol) for symbol in allowed] + [NOTHING]
    found = {}
    for labels in product(used, repeat=len(logs)):
        text = path_text(labels)
        if text is not None and grammar.allows(text):
            found[labels] = sum(logs[t, label] for t, label in enumerate(labels))
    return found


def random_logs(seed, n, places):
    sums = np.random.default_rng(seed).normal(0, 2, (n, places, NOTHING + 1))
    return special.log_softmax(sums, axis=2)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(SMALL)), places=st.integers(4, 5))
def test_the_search_finds_what_trying_every_path_finds(seed, name, places):
    grammar, logs = SMALL[name], random_logs(seed, 1, places)
    paths = all_paths(logs[0], grammar, "01.*")
    best = max(paths, key=paths.get)
    found = strings.viterbi(logs, grammar)
    assert tuple(found.labels[0]) == best
    assert found.texts[0] == path_text(best)
    assert found.scores[0] == pytest.approx(paths[best])
    every = special.logsumexp(list(paths.values()))
    assert strings.log_probability(logs, grammar)[0] == pytest.approx(every)
    same = special.logsumexp([v for k, v in paths.items() if path_text(k) == found.texts[0]])
    sure = strings.confidence(logs, grammar, found.texts)[0]
    assert sure == pytest.approx(np.exp(same - every))


@settings(deadline=None, max_examples=40)
@given(
    logs=hnp.arrays(float, (2, 18, NOTHING + 1), elements=st.floats(-50, 0)),
    grammar=st.sampled_from([strings.ZIP_CODE, strings.AMOUNT, *SMALL.values()]),
)
def test_a_grammar_is_never_violated(logs, grammar):
    found = strings.viterbi(logs, grammar)
    for text, labels in zip(found.texts, found.labels, strict=True):
        assert grammar.allows(text)
        assert path_text(labels) == text


@pytest.mark.parametrize(
    ("grammar", "right", "wrong"),
    [
        (strings.ZIP_CODE, ["02134", "99999"], ["", "0213", "021345", "0213.", "*2134", "0213x"]),
        (
            strings.AMOUNT,
            ["7.50", "**1234.50", "*123456.00"],
            ["7.5", ".50", "7*.50", "1234567.00"],
        ),
        (SMALL["perhaps nothing"], ["", "0"], ["00", "1"]),
        (Grammar(()), [""], ["0"]),
    ],
)
def test_what_a_grammar_allows(grammar, right, wrong):
    assert all(grammar.allows(text) for text in right)
    assert not any(grammar.allows(text) for text in wrong)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((("", 1, 1),), "has the symbols ''"),
        ((("0x", 1, 1),), "has the symbols '0x'"),
        ((("0", 2, 1),), "2 to 1 symbols"),
        ((("0", -1, 1),), "-1 to 1 symbols"),
        ((("0", 0, 0),), "0 to 0 symbols"),
        ((("01", 1, 2), ("12", 1, 1)), "divided in two ways"),
        ((("0", 0, None), ("1", 0, 1), ("0", 1, 1)), "divided in two ways"),
    ],
)
def test_what_is_no_grammar(parts, message):
    with pytest.raises(ValueError, match=message):
        Grammar(parts)


def test_what_cannot_be_searched():
    with pytest.raises(ValueError, match=r"logs has shape \(3, 13\)"):
        strings.viterbi(np.zeros((3, 13)), strings.ZIP_CODE)
    with pytest.raises(ValueError, match="logs has 8 places: too few"):
        strings.viterbi(np.zeros((1, 8, 13)), strings.ZIP_CODE)
    assert strings.viterbi(np.zeros((1, 9, 13)), strings.ZIP_CODE).texts[0]
    with pytest.raises(ValueError, match="1 strips and 2 texts"):
        strings.confidence(np.zeros((1, 9, 13)), strings.ZIP_CODE, ["12345"] * 2)
    with pytest.raises(ValueError, match="does not allow the text '1234'"):
        strings.confidence(np.zeros((1, 9, 13)), strings.ZIP_CODE, ["1234"])


# Cutting


def test_apart_they_are_cut_apart_and_put_into_the_middle():
    symbols = [[bar(12, 16), bar(9, 18), bar(13, 15, 4, 20)]]
    images, centers = strings.compose(symbols, 4)
    cut = strings.cut(images[0], 3)
    assert cut.shape == (3, 32, 32)
    for piece, symbol in zip(cut, symbols[0], strict=True):
        assert piece.sum() == symbol.sum()
        np.testing.assert_allclose(ndimage.center_of_mass(piece), (16, 16), atol=0.51)
    assert centers.shape == (1, 3)


def test_where_they_touch_they_are_cut_at_the_least_ink():
    left, right = bar(10, 18), bar(10, 18)
    left[12, 18:20] = 1  # a thin bridge
    image = strings.compose([[left, right]], 0).images[0]
    cut = strings.cut(image, 2)
    assert sorted(piece.sum() for piece in cut) == pytest.approx([8 * 16, 8 * 16 + 2])


def test_what_is_broken_is_joined_and_dirt_is_left_out():
    broken = bar(10, 13) + bar(15, 18, 6, 12)
    image = strings.compose([[broken, bar(10, 18)]], 6).images[0].copy()
    image[1, 3] = 1
    cut = strings.cut(image, 2)
    assert [piece.sum() for piece in cut] == [broken.sum(), bar(10, 18).sum()]


def test_a_speck_is_a_piece_if_there_is_nothing_else():
    image = np.zeros((32, 40), np.float32)
    image[5, 20] = 1
    cut = strings.cut(image, 2)
    assert cut.shape == (2, 32, 32)
    assert cut.sum() == 1


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000), count=st.integers(1, 7))
def test_there_are_always_as_many_pieces_as_asked(seed, count):
    rng = np.random.default_rng(seed)
    image = ndimage.gaussian_filter(rng.random((32, 80)), 2)
    image = (image - image.min()) / np.ptp(image)
    assert strings.cut(image, count).shape == (count, 32, 32)


@pytest.mark.parametrize(
    ("image", "count"),
    [(np.ones((28, 40)), 2), (np.zeros((32, 40)), 2), (np.ones((32, 40)), 0), (np.ones(3), 1)],
)
def test_what_cannot_be_cut(image, count):
    with pytest.raises(ValueError, match=r"Received a strip of shape .* to be cut into"):
        strings.cut(image, count)


# Forms


def test_the_fields_of_a_form_are_found():
    page = np.zeros((60, 100), np.float32)
    for row in (5, 25, 50):
        page[row : row + 2, 4:96] = 1
    for column in (4, 40, 94):
        page[5:52, column : column + 2] = 1
    page[10:20, 10:30] = 1  # what somebody has written
    fields = strings.find_fields(page)
    assert fields[0][0] == (slice(7, 25), slice(6, 40))
    assert fields[1][1] == (slice(27, 50), slice(42, 94))
    assert [len(row) for row in fields] == [2, 2]


def test_what_is_no_form():
    with pytest.raises(ValueError, match="The page has 0 horizontal lines"):
        strings.find_fields(np.zeros((20, 20)))
    with pytest.raises(ValueError, match=r"page has shape \(20,\)"):
        strings.find_fields(np.zeros(20))


# Counting and following


def test_pieces_are_counted_without_dirt():
    image = strings.compose([[bar(), bar(), bar()]], 3).images[0].copy()
    image[0, 0] = 1
    assert strings.count_pieces(image) == 3


def test_multiplications_are_those_of_the_layers(model):
    replicated = strings.replicate(model)
    layers = 28 * 28 * 150 + 10 * 10 * 2400 + 48_000 + 10_080 + 1_092
    assert strings.multiplications(replicated, 32, 32) == layers
    wide = 28 * 32 * 150 + 10 * 12 * 2400 + 2 * (48_000 + 10_080 + 1_092)
    assert strings.multiplications(replicated, 32, 36) == wide


@settings(deadline=None, max_examples=30)
@given(gains=hnp.arrays(float, (3, 2, 4), elements=st.floats(-9, 9)))
def test_the_best_way_is_what_trying_all_ways_finds(gains):
    places = list(product(range(2), range(4)))
    best = max(
        sum(gain[place] for gain, place in zip(gains, way, strict=True))
        for way in product(places, repeat=3)
        if all(np.abs(np.subtract(a, b)).max() <= 1 for a, b in pairwise(way))
    )
    way, total = strings.follow(gains)
    assert total == pytest.approx(best)
    assert np.abs(np.diff(way, axis=0)).max() <= 1
    assert sum(g[r, c] for g, (r, c) in zip(gains, way, strict=True)) == pytest.approx(best)


def test_what_cannot_be_followed():
    with pytest.raises(ValueError, match=r"gains has shape \(3, 4\)"):
        strings.follow(np.zeros((3, 4)))
