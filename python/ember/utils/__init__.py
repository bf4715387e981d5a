"""PyTorch's place for what Ember keeps elsewhere: ember.utils.data is ember.data."""

from ember.utils import data
