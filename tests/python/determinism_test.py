"""With use_deterministic_algorithms bits depend on the inputs alone: not on threads and, where asked for, not on the processor."""

import os
import subprocess
import sys

import large_calls
import pytest

import ember

SETS = ["sse2", "avx2", "avx512"]


@pytest.fixture(autouse=True)
def settings():
    before = ember.get_num_threads()
    yield
    ember.set_num_threads(before)
    ember.use_deterministic_algorithms(False)


def supported():
    flags = open("/proc/cpuinfo").read()
    return [isa for isa in SETS if isa == "sse2" or isa.replace("512", "512dq") in flags]


def run(*command, **environment):
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=300)


def lines(*command, **environment):
    done = run(*command, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("family", large_calls.FAMILIES, ids=lambda f: f.__name__)
def test_any_number_of_threads_gives_the_same_bits(family):
    ember.use_deterministic_algorithms(True)
    found = {}
    for threads in (1, 2, 3, 4):
        ember.set_num_threads(threads)
        found[threads] = large_calls.digests([family])
    assert found[1]
    for threads in (2, 3, 4):
        assert found[threads] == found[1]


def test_without_it_what_no_library_computes_is_the_same_for_any_number_of_threads():
    families = [large_calls.reductions, large_calls.random_numbers]
    ember.set_num_threads(1)
    found = large_calls.digests(families)
    ember.set_num_threads(3)
    assert large_calls.digests(families) == found


@pytest.mark.parametrize("program", [[sys.executable, large_calls.__file__], ["tests/op_table/write_digests"]],
                         ids=["large calls", "op table"])  # fmt: skip
def test_programs_that_ask_for_an_instruction_set_agree_on_better_processors(program):
    if "avx512" not in supported():
        pytest.skip("this machine has one of the two sets only")
    older = lines(*program, "1", "avx2", EMBER_ISA="avx2")
    newer = lines(*program, "3", "avx2", EMBER_ISA="avx512", ONEDNN_MAX_CPU_ISA="avx2", OPENBLAS_CORETYPE="Nehalem")
    assert len(older) > 100
    assert older == newer


def test_the_set_asked_for_holds_until_the_next_call():
    x = ember.randn(200, 200, dtype=ember.float64)

    def bits(**options):
        ember.use_deterministic_algorithms(True, **options)
        return large_calls.digest([x @ x, ember.linalg.inv(x)])

    usual, old = bits(), bits(instruction_set="sse2")
    assert old != usual
    assert bits() == usual
    assert bits(instruction_set=supported()[-1]) == bits(instruction_set=supported()[-1])
    assert bits(instruction_set="sse2") == old


LIBRARIES = f"""
import sys; sys.path.insert(0, {os.path.dirname(large_calls.__file__)!r})
import ember
from large_calls import digest
ember.set_num_threads(1)
a = ember.sin(ember.arange(90_000.0)).reshape(300, 300)
x = ember.cos(ember.arange(8 * 16 * 400.0)).reshape(8, 16, 20, 20)
w = ember.sin(ember.arange(16 * 16 * 9.0)).reshape(16, 16, 3, 3)
print(digest([a @ a]), digest([ember.nn.functional.conv2d(x, w)]), digest([ember.linalg.inv(a + ember.eye(300) * 20)]))
"""


def test_ember_isa_is_for_onednn_and_openblas_too():
    if "avx512" not in supported():
        pytest.skip("this machine has one of the two sets only")
    alone = lines(sys.executable, "-c", LIBRARIES, EMBER_ISA="avx2")
    spelt = lines(
        sys.executable, "-c", LIBRARIES, EMBER_ISA="avx2", ONEDNN_MAX_CPU_ISA="avx2", OPENBLAS_CORETYPE="Haswell"
    )
    mixed = lines(
        sys.executable,
        "-c",
        LIBRARIES,
        EMBER_ISA="avx2",
        ONEDNN_MAX_CPU_ISA="avx512_core",
        OPENBLAS_CORETYPE="SkylakeX",
    )
    assert alone == spelt
    assert alone != mixed  # what a user says of a library counts for it


@pytest.mark.parametrize("name", ["avx1024", "AVX2", "native", "sse2,avx2"])
def test_an_unknown_ember_isa_is_an_error(name):
    words = f'EMBER_ISA is "{name}", which is not an instruction set; this machine has {", ".join(supported())}'
    imported = run(sys.executable, "-c", "import ember", EMBER_ISA=name)
    assert imported.returncode == 1
    assert imported.stderr.splitlines()[-1] == f"ImportError: {words}"
    program = run("tests/op_table/write_digests", "1", EMBER_ISA=name)
    assert (program.returncode, program.stdout, program.stderr) == (1, "", f"ember: {words}\n")


def test_an_ember_isa_that_says_nothing_is_none():
    assert lines(sys.executable, "-c", "import ember; print(ember.ones(2).sum().item())", EMBER_ISA="") == ["2.0"]


def test_the_switch_says_how_it_stands():
    assert not ember.are_deterministic_algorithms_enabled()
    assert ember.use_deterministic_algorithms(True) is None
    assert ember.are_deterministic_algorithms_enabled()
    assert not ember.is_deterministic_algorithms_warn_only_enabled()
    ember.use_deterministic_algorithms(mode=True, warn_only=True)
    assert ember.is_deterministic_algorithms_warn_only_enabled()
    ember.use_deterministic_algorithms(False)
    assert not ember.are_deterministic_algorithms_enabled()
    assert not ember.is_deterministic_algorithms_warn_only_enabled()


@pytest.mark.parametrize("arguments, options, error, words", [
    (("yes",), {}, TypeError, r"argument 'mode' \(position 1\) must be bool, not str"),
    ((1,), {}, TypeError, r"argument 'mode' \(position 1\) must be bool, not int"),
    ((None,), {}, TypeError, r"argument 'mode' \(position 1\) must be bool, not NoneType"),
    ((True,), {"warn_only": 1}, TypeError, "argument 'warn_only' must be bool, not int"),
    ((True, True), {}, TypeError, "takes 1 positional argument but 2 were given"),
    ((), {}, TypeError, "missing 1 required positional argument: 'mode'"),
    ((True,), {"instruction_set": 2}, TypeError, "argument 'instruction_set' must be str or None, not int"),
    ((True,), {"instruction_set": "avx3"}, ValueError, 'instruction_set is "avx3", which is not an instruction set; this machine has sse2'),
    ((True,), {"instruction_set": ""}, ValueError, 'instruction_set is ""'),
    ((False,), {"instruction_set": "sse2"}, ValueError, "an instruction_set goes with mode = true only, but got sse2"),
])  # fmt: skip
def test_a_bad_call_is_an_error_and_changes_nothing(arguments, options, error, words):
    with pytest.raises(error, match="use_deterministic_algorithms.*" + words):
        ember.use_deterministic_algorithms(*arguments, **options)
    assert not ember.are_deterministic_algorithms_enabled()
