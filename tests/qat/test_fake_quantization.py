"""The layer that rounds in training as int8 does."""

import numpy as np
import pytest

from edgecnn.converters import keras_layers as fake


def test_a_range_follows_its_members_and_holds_them_all() -> None:
    layer = fake.FakeQuantization(members=2)
    layer(np.array([-1, 3], np.float32), member=0, training=True)  # the first batch as it is
    layer(np.array([1, 9], np.float32), member=1, training=True)
    assert list(map(float, layer.range)) == [-1, 9]
    layer(np.array([-2, 3], np.float32), member=0, training=True)
    assert float(layer.range[0]) == pytest.approx(-1.01)
    layer(np.array([-50, 50], np.float32), member=0)  # not in inference
    assert list(map(float, layer.range)) == pytest.approx([-1.01, 9])


def test_a_fixed_range_stays_and_rounds() -> None:
    layer = fake.FakeQuantization((0.0, 1.0))
    values = np.array([0, 0.5 / 255, 0.7 / 255, 2], np.float32)
    np.testing.assert_allclose(layer(values, training=True) * 255, [0, 1, 1, 255], rtol=1e-5)
    assert list(map(float, layer.range)) == [0, 1]
