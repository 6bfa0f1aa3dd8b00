# SPDX-License-Identifier: MIT
"""A raw prompt for the unix firmware, whose own prompt has none: code up to Ctrl-D is run.

The answers are those of a board, without raw paste. Ctrl-D alone ends the program, which whoever
started it starts again: a soft reset.
"""

import sys

BANNER = "raw REPL; CTRL-B to exit\r\n>"


def read_code() -> str:
    """Return what comes up to Ctrl-D; Ctrl-C and Ctrl-A begin anew."""
    code = ""
    while True:
        try:
            c = sys.stdin.read(1)
            if not c:
                sys.exit()
            if c == "\x04":
                return code
            if c == "\x01":
                code = ""
                print(BANNER, end="")
            elif c == "\x05":
                sys.stdin.read(2)  # asks for raw paste
                print("R\x00", end="")
            else:
                code += c
        except KeyboardInterrupt:
            code = ""


def run(code: str, names: dict):
    """Run code as a board does, between the marks of its answer."""
    failure = None
    try:
        exec(compile(code, "<stdin>", "exec"), names)
    except SystemExit:
        print("\x04\x04\r\nMPY: soft reboot", end="\r\n")
        sys.exit()
    except BaseException as e:
        failure = e
    print("\x04", end="")
    if failure:
        sys.print_exception(failure)
    print("\x04>", end="")


def main():
    """Answer until standard input ends, or Ctrl-D asks for a reset."""
    sys.path[0] = ""  # the current folder, as on a board
    names = {"__name__": "__main__"}
    print(BANNER, end="")
    while True:
        code = read_code()
        print("OK", end="")
        if not code.strip():
            print("\r\nMPY: soft reboot", end="\r\n")
            return
        run(code, names)


main()
