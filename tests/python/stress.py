"""What `./ember test --config=stress` does more often than every run of the tests does. Counts go to pytest's record_property, out of which
the run's last line comes."""

import os


def rounds(quick, stress):
    return stress if os.environ.get("EMBER_STRESS") else quick
