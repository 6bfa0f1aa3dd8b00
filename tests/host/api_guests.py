# SPDX-License-Identifier: MIT
"""Guests that call every function of host_api.toml once, in each language that has a header.

The calls are written from the description, the functions that they call are those of the generated
header: what the compiler then imports shows whether header and description agree.
"""

from api_text import camel

# Of each kind of parameter, an argument in the language.
_C = {
    "handle": "1",
    "address": "0x76",
    "u32": "2",
    "i32": "-3",
    "u64": "4",
    "string": '"label"',
    "in": "bytes, sizeof bytes",
    "out": "bytes, sizeof bytes",
    "segments": "&segment, 1",
}
_RUST = {
    **_C,
    "in": "&data",
    "out": "&mut bytes",
    "segments": "&[Segment::write(&data), Segment::read(&mut bytes)]",
}
_ZIG = {
    **_C,
    "in": "&data",
    "out": "&bytes",
    "segments": "&.{ wasmlet.Segment.write(&data), wasmlet.Segment.read(&bytes) }",
}
_ASSEMBLYSCRIPT = {**_C, "in": '"text"', "out": "bytes", "segments": "segments"}


def _arguments(function, of):
    return ", ".join(of[param.kind] for param in function.params)


def c(api):
    """Return the guest in C; it compiles as C++, too."""
    calls = "".join(
        f"    sum += (uint32_t){f.module}_{f.name}({_arguments(f, _C)});\n" for f in api.functions
    )
    return (
        "#include <wasmlet.h>\n#include <wasmlet/log.h>\n\n"
        "static char bytes[64];\nstatic wasmlet_segment_t segment = {1, bytes, sizeof bytes};\n"
        "static wasmlet_event_t events[4];\n"
        'static_assert_event(sizeof(wasmlet_event_t) == 16, "16 bytes");\n\n'
        '#ifdef __cplusplus\nextern "C"\n#endif\nuint32_t run(void);\nuint32_t run(void) {\n'
        f"    uint32_t sum = (uint32_t)wasmlet_poll(events, 4, -1);\n{calls}    return sum;\n}}\n"
    ).replace("static_assert_event", "_Static_assert")


def cpp(api):
    """Return the guest in C++."""
    return c(api).replace("_Static_assert", "static_assert")


def rust(api):
    """Return the guest in Rust."""
    calls = "".join(
        f"    count({f.module}::{f.name}({_arguments(f, _RUST)}), &mut sum);\n"
        for f in api.functions
    )
    modules = ", ".join(sorted({f.module for f in api.functions}))
    return f"""#![no_std]
#![no_main]
use wasmlet::{{{modules}, Error, Event, Segment}};

fn count<T: Into<u64>>(result: Result<T, Error>, sum: &mut u64) {{
    match result {{
        Ok(value) => *sum += value.into(),
        Err(Error::Denied) => *sum += 1,
        Err(_) => (),
    }}
}}

#[no_mangle]
pub extern "C" fn run() -> u64 {{
    let mut sum = 0;
    let data = [1u8; 16];
    let mut bytes = [0u8; 64];
    let mut events = [Event::default(); 4];
    count(wasmlet::poll(&mut events, -1), &mut sum);
    sum += events[0].value as u64;
{calls}    sum
}}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {{
    core::arch::wasm32::unreachable()
}}
"""


def zig(api):
    """Return the guest in Zig."""
    calls = "".join(
        f"    sum += wasmlet.{f.module}.{camel(f.name)}({_arguments(f, _ZIG)}) catch 0;\n"
        for f in api.functions
    )
    return f"""const wasmlet = @import("wasmlet");

export fn run() u64 {{
    var sum: u64 = 0;
    const data: [16]u8 = @splat(1);
    var bytes: [64]u8 = @splat(0);
    var events: [4]wasmlet.Event = undefined;
    const got = wasmlet.poll(&events, -1) catch events[0..0];
    sum += got.len;
{calls}    return sum;
}}
"""


def assemblyscript(api):
    """Return the guest in AssemblyScript; bytes of three classes are given."""
    calls = "".join(
        f"  sum += {f.module}.{camel(f.name)}({_arguments(f, _ASSEMBLYSCRIPT)});\n"
        for f in api.functions
    )
    modules = ", ".join(sorted({f.module for f in api.functions}))
    return f"""import {{ {modules}, ErrorCode, eventAt, segmentAt }} from "MODULE";

export function run(): u64 {{
  let sum: u64 = 0;
  const bytes = new StaticArray<u8>(64);
  const segments = new ArrayBuffer(24);
  segmentAt(segments, 1).flags = 1;
  const events = new Uint8Array(64);
  if (sys.poll(events, -1) == ErrorCode.Denied) sum += eventAt(events, 3).value;
  sum += log.write(3, new ArrayBuffer(4));
{calls}  return sum;
}}
"""


GUESTS = {"c": c, "cpp": cpp, "rs": rust, "zig": zig, "ts": assemblyscript}
