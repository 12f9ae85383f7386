"""What TAB offers in bash, zsh and fish."""

import os
import pty
import shlex
import shutil
import signal
import subprocess
import tempfile

from .process import tool
from .spfblock import CHECKOUT
from .waiting import PATIENCE_S, eventually

_SCRIPTS = os.path.join(CHECKOUT, "etc", "completion")


def script(shell):
    """The file that is installed for a shell."""
    return os.path.join(_SCRIPTS, f"spfblock.{shell}")


class Bash:
    """Calls the function of the completion, as readline does."""

    def close(self):
        pass

    def offered(self, line):
        words = shlex.split(line.replace("=", " = "))
        if line.endswith((" ", "=")):
            words.append("")
        done = subprocess.run(
            [
                "bash",
                "-c",
                'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spfblock;'
                " printf '%s\\n' \"${COMPREPLY[@]}\"",
                script("bash"),
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        if done.stderr:
            raise AssertionError(done.stderr)
        return set(done.stdout.split("\n")) - {""}


class Fish:
    """Asks fish itself; of OPTION=VALUE it offers the whole."""

    def __init__(self):
        self._home = tempfile.mkdtemp(prefix="spfblock-fish-")

    def close(self):
        shutil.rmtree(self._home, ignore_errors=True)

    def offered(self, line):
        done = subprocess.run(
            [
                tool("fish"),
                "--no-config",
                "-c",
                "source $argv[1]; complete -C $argv[2]",
                script("fish"),
                line,
            ],
            env={**os.environ, "HOME": self._home},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        if done.stderr:
            raise AssertionError(done.stderr)
        option, equals, _ = line.split(" ")[-1].partition("=")
        return {
            each.split("\t")[0].removeprefix(option + equals if equals else "")
            for each in done.stdout.splitlines()
        }


class Zsh:
    """Types into a zsh, and writes down what is added to the matches."""

    _SETUP = r"""
unset zle_bracketed_paste
PROMPT=
fpath=({folder} $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {{
    if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- $hits >>{told}
    builtin compadd "$@"
}}
_the_end() {{ print -r -- END >>{told}; comppostfuncs=(_the_end) }}
comppostfuncs=(_the_end)
bindkey '^I' complete-word
print -r -- END >>{told}
"""

    def __init__(self):
        self._folder = tempfile.mkdtemp(prefix="spfblock-zsh-")
        self._told = os.path.join(self._folder, "told")
        shutil.copy(script("zsh"), os.path.join(self._folder, "_spfblock"))
        setup = os.path.join(self._folder, "setup")
        with open(setup, "w", encoding="ascii") as file:
            file.write(self._SETUP.format(folder=self._folder, told=self._told))
        zsh = tool("zsh")
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execv(zsh, ["zsh", "-f", "-i"])
        os.set_blocking(self._terminal, False)
        self._type(f". {setup}\n")
        self._read()

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)
        shutil.rmtree(self._folder, ignore_errors=True)

    def offered(self, line):
        clear = "\x15"
        os.truncate(self._told, 0)
        self._type(clear + line + "\t")
        told = self._read()
        self._type(clear)
        return told

    def _type(self, text):
        os.write(self._terminal, text.encode())

    def _read(self):
        eventually(self._is_told, "zsh tells what it offers")
        with open(self._told, encoding="utf-8") as file:
            return set(file.read().split("\n")) - {"", "END"}

    def _is_told(self):
        try:
            while os.read(self._terminal, 65536):  # or it would wait for a reader
                pass
        except BlockingIOError:
            pass
        try:
            with open(self._told, encoding="utf-8") as file:
                return "END\n" in file.read()
        except FileNotFoundError:
            return False
