"""Keys in portions: all of them, in order, never more than a statement takes."""

from yanlian.apps.registry.portions import MOST_KEYS, portions


def test_portions_hold_every_key_in_order_and_none_is_too_large():
    for count in (0, 1, MOST_KEYS, MOST_KEYS + 1, 3 * MOST_KEYS):
        found = list(portions(list(range(count))))
        assert [key for one in found for key in one] == list(range(count))
        assert all(1 <= len(one) <= MOST_KEYS for one in found)
        assert len(found) == -(-count // MOST_KEYS)
