# SPDX-License-Identifier: MIT
"""What an app may ask for: every key, once. Pure.

A row is (key, kind, low, high, default); it has a default unless the key must be given. What is
asked, allowed and granted is checked and computed by these rows, and docs/MANIFEST.md is made of
them, comments included. Kinds:

    "n"  the name of an entry; `low` to `high` bytes           "p"  the same: an absolute path
    "<"  a ceiling, an integer of that range: less is less     ">"  a floor: more is less
    "o"  one of the words `low`, the mightiest last            "?"  true or false
    "b"  one of the words `low`; a word's index is a set of bits: "in" 1, "out" 2, "inout" 3
    "w"  a list of the words `low`, as a set of bits
    "s"  a list of integers of that range, as a set of bits    "x"  the same, in hexadecimal
    "t"  a list of patterns of topics
    "v"  a version                                             "i"  an integer, not compared

A checked manifest is in normal form: all keys are there, words and sets are integers, so that what
two sides have in common is `min`, `max` or `&`. The tables hold constants only: so they stay in
flash.
"""

APP = (
    ("id", "n", 1, 64, None),  # letters, digits, _ . -: who the app is, as in org.example.weather
    ("version", "v", 5, 17, None),  # three numbers, as in 1.2.0
    ("abi", "<", 1, 1, 1),  # version of the host's interface
)
CLASSES = (
    (
        "memory",  # RAM of the app; what it declares and uses beyond that ends it
        (
            ("max_bytes", "<", 1, 0x3FFFFFFF, 65536),  # bytes of linear memory
            ("stack_bytes", "<", 256, 1048576, 8192),  # bytes for calls and their locals
            ("code_cache_bytes", "<", 1024, 16777216, 16384),  # bytes of translated code
            ("native_code_bytes", "<", 256, 16777216, 16384),  # bytes of machine code, by its tier
        ),
    ),
    (
        "cpu",  # time
        (
            ("fuel_per_period", "<", 1000, 0x3FFFFFFF, 1000000),  # units, about instructions
            ("period_ms", ">", 10, 60000, 100),  # ms after which there is fuel again
            ("call_deadline_ms", "<", 1, 0x3FFFFFFF, 10000),  # ms of work without a wait
            ("calls_per_s", "<", 1, 1000000, 10000),  # calls of the host per second
            ("tier", "o", "interp auto native flash", 0, 0),  # machine code: no, may, must, kept
        ),
    ),
    (
        "log",  # lines for the owner
        (
            ("level", "o", "none error warn info debug", 0, 3),  # what is less grave is dropped
            ("bytes_per_s", "<", 0, 1048576, 512),  # bytes of text per second
        ),
    ),
    (
        "restart",  # what happens when the app ends
        (
            ("policy", "o", "never on-fault always", 0, 0),  # whether it starts again
            ("max", "<", 0, 10000, 5),  # how often
            ("backoff_ms", ">", 10, 3600000, 1000),  # ms until then
        ),
    ),
    (
        "gpio",  # pins
        (
            ("label", "n", 1, 32, None),  # of the pin, as the policy names it
            ("mode", "b", "- in out inout", 0, None),  # what for; inout is an open drain
            ("pull", "b", "none up down any", 0, 0),  # resistor of an input
            ("edge", "b", "none rising falling both", 0, 0),  # edges that may be watched
            ("max_per_s", "<", 1, 1000000, 100),  # writes and toggles per second
            ("shared", "?", 0, 1, 0),  # whether other apps may drive it at the same time
        ),
    ),
    (
        "i2c",  # devices on I2C buses
        (
            ("bus", "n", 1, 32, None),  # label of the bus
            ("addrs", "x", 0x08, 0x77, None),  # 7-bit addresses of the devices
            ("ops", "w", "read write write-read", 0, None),  # transfers; all three: transactions
            ("max_len", "<", 1, 65535, 32),  # bytes of a transfer, each way
            ("max_per_s", "<", 1, 100000, 20),  # transfers per second
            ("shared", "?", 0, 1, 0),  # whether other apps may use the addresses, too
        ),
    ),
    (
        "spi",  # devices on SPI buses
        (
            ("device", "n", 1, 32, None),  # label of the device
            ("modes", "s", 0, 3, 1),  # modes of the bus (polarity, phase)
            ("max_hz", "<", 1000, 100000000, 1000000),  # Hz of its clock
            ("max_len", "<", 1, 65535, 64),  # bytes of a transfer
            ("max_per_s", "<", 1, 100000, 100),  # transfers per second
            ("shared", "?", 0, 1, 0),  # whether other apps may use it, too
        ),
    ),
    (
        "uart",  # serial ports
        (
            ("port", "n", 1, 32, None),  # label of the port
            ("mode", "b", "- r w rw", 0, None),  # read, write, both
            ("max_baud", "<", 300, 10000000, 115200),  # baud
            ("max_len", "<", 1, 65535, 64),  # bytes of a call
            ("max_per_s", "<", 1, 100000, 100),  # writes per second
            ("queue_bytes", "<", 16, 65536, 256),  # bytes that may wait to be read
        ),
    ),
    (
        "adc",  # analog inputs
        (
            ("label", "n", 1, 32, None),  # of the input
            ("max_per_s", "<", 1, 100000, 10),  # measurements per second
        ),
    ),
    (
        "pwm",  # outputs with pulse width modulation
        (
            ("label", "n", 1, 32, None),  # of the output
            ("min_hz", ">", 1, 100000000, 1),  # Hz, the lowest frequency
            ("max_hz", "<", 1, 100000000, 20000),  # Hz, the highest
            ("min_duty", ">", 0, 65535, 0),  # 65535ths of a period, the least
            ("max_duty", "<", 0, 65535, 65535),  # 65535ths of a period, the most
            ("max_per_s", "<", 1, 100000, 50),  # settings per second
        ),
    ),
    (
        "timer",  # events after some time
        (
            ("max", "<", 1, 64, 1),  # timers at a time
            ("min_ms", ">", 1, 3600000, 10),  # ms, the shortest period
        ),
    ),
    (
        "kv",  # values that survive a reset
        (
            ("bytes", "<", 16, 1048576, 1024),  # bytes of all keys and values
            ("writes_per_day", "<", 1, 1000000, 500),  # changes per day: flash wears out
        ),
    ),
    (
        "fs",  # files
        (
            ("path", "p", 2, 64, None),  # folder on the board, with all beneath it
            ("mode", "b", "- r w rw", 0, None),  # read, write, both
            ("quota_bytes", "<", 0, 0x3FFFFFFF, 16384),  # bytes of all files in it
            ("max_open", "<", 1, 16, 2),  # files open at a time
        ),
    ),
    (
        "msg",  # messages between apps
        (
            ("publish", "t", 1, 64, ""),  # topics; + is any one level, # at the end any number
            ("subscribe", "t", 1, 64, ""),  # topics, likewise
            ("queue", "<", 1, 64, 8),  # messages that may wait
            ("max_len", "<", 1, 4096, 64),  # bytes of a message
            ("max_per_s", "<", 1, 10000, 10),  # messages published per second
        ),
    ),
    (
        "random",  # random bytes of the board
        (("bytes_per_s", "<", 1, 1048576, 64),),  # bytes per second
    ),
    (
        "time",  # clocks
        (("clocks", "w", "monotonic wall", 0, 1),),  # since the start; of the calendar
    ),
)
ALWAYS = 4  # so many of them every app asks for, and is given


def is_list(rows) -> bool:
    """Return whether a class is a list of entries, each with a name, instead of one table."""
    return rows[0][1] in "np"


def most(row):
    """Return the most that a key can say, in normal form."""
    _, kind, low, high, default = row
    if kind in "ob":
        return len(low.split()) - 1
    if kind == "w":
        return (1 << len(low.split())) - 1
    if kind in "sx":
        return (2 << high) - (1 << low)
    if kind == "t":
        return ("#",)
    return {"<": high, ">": low}.get(kind, default)
