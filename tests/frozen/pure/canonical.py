# SPDX-License-Identifier: MIT
"""Canonical JSON: what is read, and everything that is not."""

from support import refused, same, text
from wasm.canonical import parse


def test_values():
    for value in (0, -1, 9999999999, -999999999, True, False, "", "aß€😀", 'a"b\\c', [], {}):
        same(parse(text(value)), value)
    same(parse(b'{"a":[1,[2],{}],"b":{"c":"d"}}'), {"a": [1, [2], {}], "b": {"c": "d"}})
    same(parse(b"x[1,2]y", 1, 6), [1, 2])
    same(parse(memoryview(b'["a"]')), ["a"])


def fault(data, *args):
    return refused(parse, data, *args)


def test_faults_and_where_they_are():
    for data, wanted in (
        (b"", "no value at byte 0"),
        (b"null", "no value at byte 0"),
        (b"t", "no value at byte 0"),
        (b" 1", "no value at byte 0"),
        (b"1 ", "more than one value at byte 1"),
        (b"[1, 2]", "no value at byte 3"),
        (b"[1,]", "no value at byte 3"),
        (b"[1", "',' or ']' is missing at byte 2"),
        (b"1.5", "more than one value at byte 1"),
        (b"01", "no canonical number at byte 0"),
        (b"-0", "no canonical number at byte 0"),
        (b"-", "no canonical number at byte 0"),
        (b"12345678901", "too large a number at byte 0"),
        (b'"a', "string without end at byte 2"),
        (b'"a\n"', "control character at byte 2"),
        (b'"\x7f"', "control character at byte 1"),
        (b'"\\n"', "wrong escape at byte 1"),
        (b'"\\u0041"', "wrong escape at byte 1"),
        (b'"\\', "wrong escape at byte 1"),
        (b'{"a" :1}', "':' is missing at byte 4"),
        (b'{"a":1', "',' or '}' is missing at byte 6"),
        (b'{"a":1,}', "'\"' is missing at byte 7"),
        (b"{1:1}", "'\"' is missing at byte 1"),
        (b'{"b":1,"a":2}', "key that is not in order at byte 7"),
        (b'{"a":1,"a":2}', "key that is not in order at byte 7"),
        (b"[[[[[[[]]]]]]]", "nested too deeply at byte 6"),
    ):
        same(fault(data), wanted)
    same(fault(b"x[1,2]y", 1, 5), "',' or ']' is missing at byte 5")


def test_only_utf_8():
    for data in (
        b"\x80",
        b"\xc3",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf0\x80\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xff",
    ):
        same(fault(b'"' + data + b'"'), "no UTF-8 at byte 1")


def test_everything_is_bounded():
    same(parse(b'"' + b"a" * 255 + b'"'), "a" * 255)
    same(fault(b'"' + b"a" * 256 + b'"'), "too long a string at byte 1")
    many = b"[" + b"1," * 510 + b"1]"
    same(len(parse(many)), 511)
    same(fault(b"[1," + many[1:]), "too many values at byte 1023")
    same(parse(b"[1,2]", 0, None, 3), [1, 2])
    same(fault(b"[1,2]", 0, None, 2), "too many values at byte 3")
