# SPDX-License-Identifier: MIT
"""What firmwares are made from: where each source comes from, and which version of it.

The only place that names versions. `git` and `tag` are upstream's; `package` is Debian's, a source
package, or where there is a `folder`, that folder of a binary package. `sha256` has the archives
that are known to work, by upstream version; others are taken when Debian has none of these, but
where `only` names a version, that one or none.
"""

from collections import namedtuple

Source = namedtuple("Source", "git tag package folder oldest sha256 only", defaults=(None,))

SOURCES = {
    "micropython": Source(
        git="https://github.com/micropython/micropython",
        tag="v1.26.1",
        package="micropython",
        folder=None,
        oldest=(1, 25),
        sha256={
            "1.26.1": "f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34",
            "1.25.0": "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
        },
    ),
    "pico-sdk": Source(
        git="https://github.com/raspberrypi/pico-sdk",
        tag="2.1.1",
        package="pico-sdk-source",
        folder="usr/src/pico-sdk",
        oldest=(2, 1),
        sha256={"2.1.1": "507a3ca37636641bc90239d7c04dc9dc28c5008087a8162102ea94d2273153d3"},
    ),
    "tinyusb": Source(
        git="https://github.com/hathach/tinyusb",
        tag="0.18.0",
        package="tinyusb-source",
        folder="usr/src/tinyusb",
        oldest=(0, 18),
        sha256={"0.18.0": "01ce2c645df68f14a8a7dcfc8fb355713152543757955820479a87949a61154e"},
    ),
    "mbedtls": Source(
        git="https://github.com/Mbed-TLS/mbedtls",
        tag="mbedtls-3.6.6",
        package="mbedtls",
        folder=None,
        oldest=(3, 6),
        sha256={"3.6.6": "8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a"},
    ),
    "lwip": Source(
        git="https://github.com/lwip-tcpip/lwip",
        tag="STABLE-2_2_1_RELEASE",
        package="lwip",
        folder=None,
        oldest=(2, 2),
        sha256={"2.2.1": "83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1"},
    ),
    "cyw43-driver": Source(
        git="https://github.com/georgerobotics/cyw43-driver",
        tag="v1.1.0",
        package=None,
        folder=None,
        oldest=(1, 0),
        sha256={},
    ),
}
