# SPDX-License-Identifier: MIT
"""A list of readings, small matrices, a text scanner, a queue with packing; n rounds."""

from micropython import const

_READINGS = const(96)
_SENSORS = const(12)
_SIZE = const(12)
_BINS = const(16)
_TEXT = const(480)
_TIMERS = const(48)
_SLOTS = const(64)
_FRAME = const(256)
_EVENTS = const(120)

# States of the scanner.
_START = const(0)
_NAME = const(1)
_VALUE = const(2)
_SIGN = const(3)
_ZERO = const(4)
_INT = const(5)
_HEX = const(6)
_FRACTION = const(7)
_EXPONENT = const(8)
_EXPONENT_SIGN = const(9)
_EXPONENT_INT = const(10)
_INVALID = const(11)
_STATES = const(12)

# Fields of a reading.
_READING_VALUE = const(0)
_READING_TIME = const(1)
_READING_SENSOR = const(2)
_READING_FLAGS = const(3)


# DECORATOR
def random(x):
    x ^= x << 13 & 0xFFFFFFFF
    x ^= x >> 17
    return x ^ x << 5 & 0xFFFFFFFF


# DECORATOR
def crc_add8(crc, byte):
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc


# DECORATOR
def crc_add16(crc, value):
    return crc_add8(crc_add8(crc, value & 0xFF), value >> 8 & 0xFF)


# DECORATOR
def crc_add32(crc, value):
    return crc_add16(crc_add16(crc, value), value >> 16)


# DECORATOR
def by_sensor_and_value(r):
    return r[_READING_SENSOR] << 16 | r[_READING_VALUE] + 0x8000


# DECORATOR
def by_check_sum(r):
    return crc_add16(r[_READING_SENSOR], r[_READING_VALUE])


# DECORATOR
def by_time(r):
    return r[_READING_TIME]


# DECORATOR
def build(seed):
    readings = []
    time = seed & 0xFF
    for _ in range(_READINGS):
        seed = random(seed)
        value = (seed >> 8 & 0x3FF) - 512
        readings.append([value, time, seed % _SENSORS, value & 3])
        time += 1 + (seed >> 28)
    return readings


# DECORATOR
def find(readings, sensor, at_least):
    for r in readings:
        if r[_READING_SENSOR] == sensor and r[_READING_VALUE] >= at_least:
            return r
    return None


# DECORATOR
def merge_sort(readings, key):
    width = 1
    while width < len(readings):
        merged = []
        for start in range(0, len(readings), 2 * width):
            left = readings[start : start + width]
            right = readings[start + width : start + 2 * width]
            i = j = 0
            while i < len(left) and j < len(right):
                if key(left[i]) <= key(right[j]):
                    merged.append(left[i])
                    i += 1
                else:
                    merged.append(right[j])
                    j += 1
            merged += left[i:]
            merged += right[j:]
        readings = merged
        width *= 2
    return readings


# DECORATOR
def thin(readings, threshold):
    kept = [readings[0]]
    for r in readings[1:]:
        last = kept[-1]
        change = r[_READING_VALUE] - last[_READING_VALUE]
        if r[_READING_SENSOR] == last[_READING_SENSOR] and -threshold < change < threshold:
            last[_READING_FLAGS] |= r[_READING_FLAGS]
        else:
            kept.append(r)
    return kept


# DECORATOR
def sum_list(readings, crc):
    for r in readings:
        value = r[_READING_VALUE] + r[_READING_SENSOR] + (r[_READING_FLAGS] << 12)
        crc = crc_add16(crc, value)
    return crc


# DECORATOR
def list_part(seed):
    crc = 0
    readings = build(seed)
    for i in range(4 * _SENSORS):
        r = find(readings, i % _SENSORS, i * 8 - 128)
        crc = crc_add16(crc, 0xFFFF if r is None else r[_READING_TIME])
    readings.reverse()
    readings = merge_sort(readings, by_sensor_and_value)
    before = len(readings)
    readings = thin(readings, 12)
    crc = crc_add16(crc, before - len(readings))
    readings = merge_sort(readings, by_check_sum)
    crc = sum_list(readings, crc)
    readings = merge_sort(readings, by_time)
    return sum_list(readings, crc)


# DECORATOR
def int16(x):
    return (x + 0x8000 & 0xFFFF) - 0x8000


# DECORATOR
def fill(n, seed):
    rows = []
    for _ in range(n):
        row = []
        for _ in range(n):
            seed = random(seed)
            row.append(int16(seed >> 7))
        rows.append(row)
    return rows


# DECORATOR
def add(m, value):
    for row in m:
        for j in range(len(row)):
            row[j] = int16(row[j] + value)


# DECORATOR
def multiply(m, b, n):
    out = []
    for row in m:
        line = []
        for j in range(n):
            s = 0
            for k in range(n):
                product = row[k] * b[k][j]
                s += (product >> 4 & 0x1F) * (product >> 7 & 0x7F)
            line.append(s)
        out.append(line)
    return out


# DECORATOR
def count(m):
    bins = [0] * _BINS
    for row in m:
        for value in row:
            bins[max(0, min(value // 4096 + _BINS // 2, _BINS - 1))] += 1
    return bins


# DECORATOR
def sum_matrix(m, limit, crc):
    total = previous = runs = 0
    for row in m:
        for value in row:
            total += value & 0xFFFF
            if total > limit:
                runs += 10
                total = 0
            elif value > previous:
                runs += 1
            previous = value
    return crc_add16(crc_add32(crc, total), runs)


# DECORATOR
def matrix_part(seed):
    crc = 0
    n = _SIZE - (seed & 1)
    a, b = fill(n, seed), fill(n, seed + 77)
    # Row 3 of a matrix of _SIZE x _SIZE, of which n x n are in use.
    vector = b[3]
    add(a, seed)
    for row in a:
        s = 0
        for j in range(n):
            s += row[j] * vector[j]
        crc = crc_add32(crc, s)
    c = multiply(a, b, n)
    crc = sum_matrix(c, 20000, crc)
    for value in count(c):
        crc = crc_add16(crc, value)
    add(a, -seed)
    return crc_add16(crc, a[n - 1][n - 1])


# DECORATOR
def put_number(x):
    text = "-" if x & 8 else ""
    text += str(x >> 16)
    if x & 16:
        text += "." + str(x >> 8 & 0xFF)
    if x & 32:
        text += ("e-" if x & 64 else "e+") + str(x >> 24 & 7)
    return text


# DECORATOR
def make_text(seed):
    text = bytearray()
    while len(text) < _TEXT - 32:
        seed = random(seed)
        for i in range((seed >> 4 & 3) + 1):
            text.append(97 + (seed >> 5 * i) % 26)
        text.append(61)
        number = "0x{:04x}".format(seed >> 16) if seed & 7 == 0 else put_number(seed)
        text.extend(number.encode())
        text.append(59)
    return text


# DECORATOR
def step(state, c, value):
    digit = c - 48
    is_digit = 0 <= digit <= 9
    if state == _START:
        return (_NAME if 97 <= c <= 122 else _INVALID), 0
    if state == _NAME:
        if c == 61:
            return _VALUE, value
        return (_NAME if 97 <= c <= 122 or is_digit else _INVALID), value
    if state == _VALUE and (c == 45 or c == 43):
        return _SIGN, value
    if state == _VALUE or state == _SIGN:
        if c == 48:
            return _ZERO, value
        return (_INT if is_digit else _INVALID), digit & 0xFFFFFFFF
    if state == _ZERO and c == 120:
        return _HEX, value
    if state == _ZERO or state == _INT:
        if c == 46:
            return _FRACTION, value
        if c == 101:
            return _EXPONENT, value
        return (_INT if is_digit else _INVALID), (10 * value + digit) & 0xFFFFFFFF
    if state == _HEX:
        if not is_digit:
            digit = c - 87 if 97 <= c <= 102 else -1
        value = (value << 4 | digit & 15) & 0xFFFFFFFF
        return (_HEX if digit >= 0 else _INVALID), value
    if state == _FRACTION:
        if c == 101:
            return _EXPONENT, value
        return (_FRACTION if is_digit else _INVALID), (10 * value + digit) & 0xFFFFFFFF
    if state == _EXPONENT:
        return (_EXPONENT_SIGN if c == 45 or c == 43 else _INVALID), value
    if state == _EXPONENT_SIGN or state == _EXPONENT_INT:
        value = (value + (digit << 16)) & 0xFFFFFFFF
        return (_EXPONENT_INT if is_digit else _INVALID), value
    return _INVALID, value


# DECORATOR
def scan(text, visits, ends, total):
    state, value = _START, 0
    for c in text:
        if c == 59:
            ends[state] += 1
            total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ value
            state = _START
        else:
            state, value = step(state, c, value)
            visits[state] += 1
    return total


# DECORATOR
def text_part(seed):
    crc = 0
    visits, ends = [0] * _STATES, [0] * _STATES
    text = make_text(seed)
    total = scan(text, visits, ends, seed)
    for i in range(seed & 15, len(text), 23):
        if text[i] != 59:
            text[i] ^= seed & 0x1F
    total = scan(text, visits, ends, total)
    for i in range(_STATES):
        crc = crc_add16(crc_add16(crc, visits[i]), ends[i])
    return crc_add32(crc, total)


# DECORATOR
def earlier(a, b):
    return a[0] < b[0] if a[0] != b[0] else a[2] < b[2]


# DECORATOR
def push(heap, timer):
    i = len(heap)
    heap.append(timer)
    while i > 0 and earlier(heap[i], heap[(i - 1) // 2]):
        above = (i - 1) // 2
        heap[i], heap[above] = heap[above], heap[i]
        i = above


# DECORATOR
def sift_down(heap):
    i = 0
    while True:
        least, child = i, 2 * i + 1
        if child < len(heap) and earlier(heap[child], heap[least]):
            least = child
        if child + 1 < len(heap) and earlier(heap[child + 1], heap[least]):
            least = child + 1
        if least == i:
            return
        heap[i], heap[least] = heap[least], heap[i]
        i = least


# DECORATOR
def counter_of(keys, key):
    i = (key * 0x9E3779B1 & 0xFFFFFFFF) >> 26
    while keys[i] != 0 and keys[i] != key:
        i = (i + 1) % _SLOTS
    keys[i] = key
    return i


# DECORATOR
def put_varint(frame, value):
    while value >= 0x80:
        frame.append(value & 0x7F | 0x80)
        value >>= 7
    frame.append(value)


# DECORATOR
def pack(keys, counts, base):
    frame = bytearray()
    for i in range(_SLOTS):
        if len(frame) >= _FRAME - 12:
            break
        if counts[i] != 0:
            put_varint(frame, keys[i] ^ base)
            put_varint(frame, counts[i] * 37)
    return frame


# DECORATOR
def stuff(frame):
    coded = bytearray(1)
    mark = 0
    for byte in frame:
        if byte != 0:
            coded.append(byte)
        if byte == 0 or len(coded) - mark == 255:
            coded[mark] = len(coded) - mark
            mark = len(coded)
            coded.append(0)
    coded[mark] = len(coded) - mark
    return coded


# DECORATOR
def base64_digit(six):
    if six < 26:
        return 65 + six
    if six < 52:
        return 97 + six - 26
    if six < 62:
        return 48 + six - 52
    return 43 if six == 62 else 47


# DECORATOR
def send(coded, crc):
    size = len(coded)
    for i in range(0, size, 3):
        group = coded[i] << 16
        group |= coded[i + 1] << 8 if i + 1 < size else 0
        group |= coded[i + 2] if i + 2 < size else 0
        for shift in (18, 12, 6, 0):
            crc = crc_add8(crc, base64_digit(group >> shift & 63))
    return crc


# DECORATOR
def queue_part(seed):
    heap = []
    keys, counts = [0] * _SLOTS, [0] * _SLOTS
    for i in range(_TIMERS):
        seed = random(seed)
        push(heap, [seed % 500, 20 + (seed >> 16) % 200, 1 + i])
    for _ in range(_EVENTS):
        timer = heap[0]
        now = timer[0]
        counts[counter_of(keys, timer[2])] += 1
        timer[0] += timer[1]
        sift_down(heap)
    return crc_add32(send(stuff(pack(keys, counts, now & 0xFF)), 0xFFFF), now)


# DECORATOR
def run(n):
    crc = 0xFFFF
    for i in range(n):
        for part in (list_part, matrix_part, text_part, queue_part):
            crc = crc_add16(crc, part(i + 1))
    return crc
