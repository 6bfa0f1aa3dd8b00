// SPDX-License-Identifier: MIT
//
// An ordinary Zig program: output, environment, waiting, and a file of the folder $FOLDER copied to
// another, $FROM to $TO.

const std = @import("std");

pub fn main(init: std.process.Init) !void {
    const io = init.io;
    const variables = init.environ_map;
    var buffer: [128]u8 = undefined;
    var output = std.Io.File.stdout().writer(io, &buffer);
    const out = &output.interface;

    try out.print("Hello {s} from Zig\n", .{variables.get("NAME") orelse "you"});
    try out.flush();
    try std.Io.sleep(io, .fromMilliseconds(20), .awake);
    if (variables.get("FOLDER")) |name| {
        const folder = (init.preopens.get(name) orelse return error.FileNotFound).dir;
        const from = variables.get("FROM") orelse "";
        const to = variables.get("TO") orelse "";
        try std.Io.Dir.copyFile(folder, from, folder, to, io, .{});
        const stat = try folder.statFile(io, to, .{});
        try out.print("copied {d} bytes\n", .{stat.size});
    }
    try out.flush();
}
