# SPDX-License-Identifier: MIT
"""packages.sh: nothing to do, one line to paste, or an installation by apt."""

import os
import shutil
import subprocess

import pytest

TOOLS = ("sh", "mktemp", "rm", "sed", "head", "tail", "tr", "uname", "env")
RUN_PACKAGES = "build-essential pkg-config libffi-dev python3-venv"
RUN_LINE = f"sudo apt-get install -y {RUN_PACKAGES}"


@pytest.fixture
def machine(root, tmp_path):
    """Return a function that runs packages.sh where only `TOOLS` and the given scripts exist."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))

    def run(what, **scripts):
        for name, body in scripts.items():
            path = folder / name.replace("_", "-")
            path.unlink(missing_ok=True)  # a link: writing through it would change the system's
            path.write_text("#!/bin/sh\n" + body, encoding="utf-8")
            path.chmod(0o755)
        environment = {"PATH": str(folder), "LOG": str(tmp_path / "log"), "BIN": str(folder)}
        done = subprocess.run(
            [root / "firmware" / "packages.sh", what],
            env=environment,
            capture_output=True,
            text=True,
        )
        log = tmp_path / "log"
        return done, log.read_text(encoding="utf-8") if log.exists() else ""

    return run


def test_user_without_sudo_gets_one_line(machine):
    done, log = machine("run", id="echo 1000", sudo="exit 1", apt_get='echo "$*" >>$LOG')
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [RUN_LINE]
    assert log == ""


def test_other_systems_get_the_names(machine):
    done, _ = machine("run", id="echo 0")
    assert done.returncode == 2
    assert done.stderr == f"packages: please install what Debian calls {RUN_PACKAGES}\n"


def test_tests_need_everything_that_a_run_needs(machine):
    done, _ = machine("test", id="echo 1000", sudo="exit 1", uname="echo x86_64", apt_get="")
    (line,) = done.stderr.splitlines()
    assert line.startswith(RUN_LINE + " gcc-arm-none-eabi ")
    assert line.endswith(" gcc-multilib")
    assert "clang" in line.split()


def test_other_processors_do_without_multilib(machine):
    done, _ = machine("test", id="echo 1000", sudo="exit 1", uname="echo aarch64")
    assert "gcc-multilib" not in done.stderr


def test_runtime_of_the_compiler_that_apt_would_bring(machine):
    done, _ = machine(
        "test", id="echo 1000", sudo="exit 1", apt_cache='echo "  Depends: clang-19"'
    )
    assert "libclang-rt-19-dev" in done.stderr.split()


@pytest.mark.parametrize(("user", "sudo"), [("echo 0", "exit 1"), ("echo 1000", '"$@"')])
def test_missing_packages_are_installed(machine, user, sudo):
    """The stand-in for apt-get installs the tools that the probes then find."""
    install = """\
echo "$*" >>$LOG
[ "$1" = update ] && exit 0
for tool in cc pkg-config python3; do printf '#!/bin/sh\\n' >$BIN/$tool; chmod +x $BIN/$tool; done
"""
    os_tools = {"chmod": f'exec {shutil.which("chmod")} "$@"'}
    sudo_script = 'if [ "$1" = -n ]; then shift; fi\n[ "$1" = true ] && exit 0\n' + sudo
    done, log = machine("run", id=user, sudo=sudo_script, apt_get=install, **os_tools)
    assert (done.returncode, done.stderr) == (0, "")
    assert "packages: installing build-essential" in done.stdout
    assert log.splitlines() == [
        "update -q",
        "install -y -q --no-install-recommends " + RUN_PACKAGES,
    ]


def test_failed_installation_shows_apt_and_the_line(machine):
    done, _ = machine("run", id="echo 0", apt_get="echo 'E: no network' >&2; exit 100")
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["E: no network", RUN_LINE]


def test_this_machine_is_complete(root):
    done = subprocess.run(
        [root / "firmware" / "packages.sh", "run"], env=os.environ, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_unknown_purpose_is_refused(machine):
    done, _ = machine("everything", id="echo 0")
    assert (done.returncode, done.stderr) == (1, "usage: packages.sh run|test\n")
