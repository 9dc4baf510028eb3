"""Every failure that a user can meet: one sentence each, with the exit code of the command line."""

from .printable import printable


class EdgecnnError(Exception):
    """Root of all errors raised on purpose; `str(error)` is one sentence: what happened, where, and what to do."""

    exit_code = 1

    def __str__(self) -> str:
        """Names of files, of tensors and of layers, and what others say: all of it stays within its line."""
        return printable(super().__str__())


class UsageError(EdgecnnError):
    """The request itself cannot be carried out as given (a wrong option, a missing optional package)."""

    exit_code = 2


class DoesNotFitError(EdgecnnError):
    """The network cannot run within a bound of the target: memory, or the range of an accumulator."""

    exit_code = 20


class UnsupportedError(EdgecnnError):
    """The model is valid but uses an op, an option or a tensor type that edgecnn does not implement."""

    exit_code = 21


class InvalidModelError(EdgecnnError):
    """The file or folder is not a model that edgecnn can read."""

    exit_code = 22


class VerificationError(EdgecnnError):
    """Two implementations that must agree byte for byte do not."""

    exit_code = 30


class AccuracyError(EdgecnnError):
    """The accuracy is below the gate that the user set."""

    exit_code = 31


class NoBoardError(EdgecnnError):
    """No board is attached, or what is attached does not answer."""

    exit_code = 10


class PortError(EdgecnnError):
    """The serial port is missing, busy, or not ours to open."""

    exit_code = 11


class SeveralBoardsError(EdgecnnError):
    """More than one board could be meant."""

    exit_code = 12


class WrongModelError(EdgecnnError):
    """The board runs other firmware or another model than asked for."""

    exit_code = 13


class TransferError(EdgecnnError):
    """The connection to the board broke, or a request was lost in spite of all retries."""

    exit_code = 14
