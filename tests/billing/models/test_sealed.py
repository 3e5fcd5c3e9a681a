"""What is sealed does not lie open, and survives a change of SECRET_KEY while the old one is a fallback."""

import pytest

from billing.models.sealed import CannotOpen, seal, unseal


def test_what_is_sealed_can_be_read_again_and_is_not_to_be_seen() -> None:
    sealed = seal("whsec_secret")

    assert unseal(sealed) == "whsec_secret"
    assert "secret" not in sealed
    assert seal("whsec_secret") != sealed


def test_an_old_key_opens_as_a_fallback_and_no_other_way(settings) -> None:
    sealed = seal("whsec_secret")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"

    with pytest.raises(CannotOpen):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == "whsec_secret"
