"""Packed pages: whatever fills the slot, what is unpacked is the page with it."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from app.services.pages import Packed


@given(st.binary(max_size=500), st.binary(min_size=1, max_size=50), st.binary(max_size=500), st.binary(max_size=50))
def test_filled_page_unpacks_to_the_page_with_other_words(before, slot, after, words):
    page = before + slot + after

    packed = Packed.from_bytes(Packed.of(page, slot).to_bytes())

    assert packed.plain() == page
    assert gzip.decompress(packed.filled(words)) == page.replace(slot, words, 1)


@given(st.binary(max_size=500), st.binary(max_size=50))
def test_page_without_a_slot_stays_as_it_is(text, words):
    packed = Packed.of(text, b"<badge>" * 20)

    assert packed.plain() == text
    assert packed.filled(words) == packed.body
