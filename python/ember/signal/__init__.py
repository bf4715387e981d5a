"""Signal processing."""

from ember.signal import windows  # noqa: F401
