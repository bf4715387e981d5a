"""Sequences of different lengths: lists, padded tensors, and packed sequences, which recurrent layers take and give."""

from typing import NamedTuple

from ember import _C
from ember._C import Tensor
from ember._C.nn import utils as _utils

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence",
    "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class _Parts(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Parts):
    """A batch of sequences without padding: step by step, what the sequences that are so long have there, the longest first.

    data [sum of lengths, ...]; batch_sizes [steps], on the CPU, tells how many sequences each step has; sorted_indices and
    unsorted_indices lead from the order of the batch to the packed one and back, and are None where they are the same.
    Made by pack_padded_sequence and pack_sequence."""

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None and isinstance(data, (list, tuple)):
            data, batch_sizes = data
        if batch_sizes is not None and batch_sizes.device.type != "cpu":
            raise ValueError(
                f"batch_sizes should always be on CPU, not on {batch_sizes.device}: instances of PackedSequence are made by "
                "pack_padded_sequence and pack_sequence"
            )
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __getnewargs__(self):
        return tuple(self)

    def to(self, *args, **kwargs):
        """With data.to(*args, **kwargs), and the orders on its device."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        orders = (None if x is None else x.to(data.device) for x in self[2:])
        return type(self)(data, self.batch_sizes, *orders)

    def cpu(self):
        return self.to("cpu")

    def cuda(self, *args, **kwargs):
        return self.to("cuda", *args, **kwargs)

    def pin_memory(self):
        return type(self)(self.data.pin_memory(), *self[1:])

    def double(self):
        return self.to(_C.float64)

    def float(self):
        return self.to(_C.float32)

    def half(self):
        return self.to(_C.float16)

    def long(self):
        return self.to(_C.int64)

    def int(self):
        return self.to(_C.int32)

    def short(self):
        return self.to(_C.int16)

    def char(self):
        return self.to(_C.int8)

    def byte(self):
        return self.to(_C.uint8)

    @property
    def is_cuda(self):
        return self.data.is_cuda

    def is_pinned(self):
        return self.data.is_pinned()


def invert_permutation(permutation):
    """The permutation that undoes this one; None of None."""
    return None if permutation is None else _utils._invert_permutation(permutation)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Packs input [steps, batch, ...], [batch, steps, ...] with batch_first, of which sequence i has lengths[i] steps.

    Unless enforce_sorted is False, lengths must fall. RuntimeError for lengths below 1 or above the steps."""
    return _utils._pack_padded_sequence(input, lengths, batch_first, enforce_sorted)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """The padded tensor, of as many steps as the longest sequence or total_length, and the lengths."""
    return _utils._pad_packed_sequence(sequence, batch_first, padding_value, total_length)


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences [steps, ...] as one tensor [longest, batch, ...], [batch, longest, ...] with batch_first."""
    return _utils._pad_sequence(sequences, batch_first, padding_value, padding_side)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences of a padded tensor."""
    return _utils._unpad_sequence(padded_sequences, lengths, batch_first)


def pack_sequence(sequences, enforce_sorted=True):
    """Packs sequences [steps, ...]."""
    return _utils._pack_sequence(sequences, enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences of a packed one, in the order of the batch."""
    return _utils._unpack_sequence(packed_sequences)
