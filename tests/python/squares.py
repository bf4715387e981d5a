"""Datasets that tests of loaders read."""

import time

from ember import data


class Squares(data.Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return i, i * i


class Slow(Squares):
    def __getitem__(self, i):
        time.sleep(20)
