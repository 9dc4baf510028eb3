"""The command line: one file per verb. Here it begins and ends, whatever ends it; all else is imported after that."""

import os
import signal
import sys


def _end_in_order() -> None:
    """What else would end this process at once, a closed terminal among it, lets the emulators end before."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # nohup's
            signal.signal(number, lambda number, frame: sys.exit(128 + number))


def main() -> None:
    """Entry point of the `edgecnn` program."""
    try:
        _end_in_order()
        from .verbs import run

        code = run("--debug" in sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # who read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at the end
        code = 1  # as click has it
    sys.exit(code)
