// SPDX-License-Identifier: MIT
//
// Blinks the LED of a Raspberry Pi Pico, and counts; in C++, with objects on a heap.
#include <wasmlet/wiring.h>

using size_t = decltype(sizeof(0));

extern "C" unsigned char __heap_base; // from the linker: the first byte after data and stack

// A heap that only grows: from the linker's end of the data, by whole pages.
void *operator new(size_t size) {
    constexpr size_t page = 65536;
    static size_t next = 0;
    if (next == 0) {
        next = reinterpret_cast<size_t>(&__heap_base);
    }
    const size_t start = (next + 15) & ~static_cast<size_t>(15);
    const size_t there = __builtin_wasm_memory_size(0) * page;
    if (start + size > there) {
        const size_t pages = (start + size - there + page - 1) / page;
        if (__builtin_wasm_memory_grow(0, pages) == static_cast<size_t>(-1)) {
            __builtin_trap();
        }
    }
    next = start + size;
    return reinterpret_cast<void *>(start);
}

namespace {

// A line of text that is put together.
class Line {
public:
    Line &operator<<(const char *text) {
        for (; *text != 0; text++) {
            bytes[size++] = *text;
        }
        return *this;
    }

    Line &operator<<(unsigned number) {
        if (number >= 10) {
            *this << number / 10;
        }
        bytes[size++] = static_cast<char>('0' + number % 10);
        return *this;
    }

    void print() {
        wiring_print(bytes, size);
        size = 0;
    }

private:
    char bytes[64];
    int32_t size = 0;
};

class Output {
public:
    virtual void set(bool on) = 0;
};

class Led final : public Output {
public:
    explicit Led(int pin) : pin(pin) { pinMode(pin, OUTPUT); }
    void set(bool on) override { digitalWrite(pin, on); }

private:
    int pin;
};

constexpr int LED = 25, HALF_MS = 20;
Output *led;
Line *line;
unsigned count;

} // namespace

extern "C" {

WASMLET_EXPORT("setup")
void setup() {
    led = new Led(LED);
    line = new Line;
}

WASMLET_EXPORT("loop")
void loop() {
    led->set(true);
    delay(HALF_MS);
    led->set(false);
    delay(HALF_MS);
    *line << "C++ blinks: " << ++count;
    line->print();
}
}
