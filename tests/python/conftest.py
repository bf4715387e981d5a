"""Fixtures of several tests."""

import pytest


@pytest.fixture
def no_loops(monkeypatch):
    """Fails when vmap runs an op sample by sample."""
    from ember.batching import dispatch, indexing, modules

    def fail(name):
        raise AssertionError(f"{name} has no batching rule")

    for place in (dispatch, indexing):
        monkeypatch.setattr(place, "loop", lambda call: fail(call.name))
    monkeypatch.setattr(modules, "stack_samples", lambda results, level, name: fail(name))
