"""The sentence for a name that is not known."""

from edgecnn.support.names import unknown


def test_the_nearest_is_suggested() -> None:
    said = unknown("board", "BBC_microbti", ["bbc_microbit", "host"])
    assert said == "unknown board 'BBC_microbti' (did you mean 'bbc_microbit'?); choose one of: bbc_microbit, host."


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    said = unknown("network", "moon", ["lenet5"], "or a .keras file")
    assert said == "unknown network 'moon'; choose one of: lenet5, or a .keras file."
