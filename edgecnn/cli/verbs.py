"""The verbs, and the place where errors become sentences and exit codes."""

import importlib

import click

from ..errors import EdgecnnError

# verb -> one line of help; the module edgecnn.cli.VERB holds a click command named `command`.
VERBS = {
    "demo": "The whole job on the embedded data set: train, quantize, convert, verify, report.",
    "train": "Train a network of the zoo.",
    "quantize": "Quantize a Keras model to full-integer int8 TFLite.",
    "convert": "Write a network as C99 that compiles by itself.",
    "verify": "Prove that C, NumPy and TFLite compute the same bytes.",
    "run": "Recognise a picture, on a board or on this computer.",
    "eval": "Stream a data set through a board: accuracy, and every byte against the host.",
    "profile": "Print what each layer costs on a board.",
    "filters": "Show what the article's seven filters see in a picture.",
    "boards": "List the boards: core, flash, RAM, and how each was last checked.",
    "doctor": "Find compilers, emulators, flash tools and permissions, and what mends each.",
    "build": "Compile a converted network for a board, and say what it needs.",
    "flash": "Write that firmware to the board, read it back, and ask the board what runs on it.",
}


class _Verbs(click.Group):
    """Imports a verb's module only when that verb is used, so that `edgecnn --help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f".{name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="edgecnn", message="%(prog)s %(version)s")
def cli(debug: bool) -> None:
    """From a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""


def run(debug: bool) -> int:
    """Carry out what the command line says and return the exit code; unless `debug`, an error becomes its sentence."""
    try:
        return cli.main(prog_name="edgecnn", standalone_mode=False) or 0  # None, or the code of a click.exceptions.Exit
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        raise
    except EdgecnnError as error:
        if debug:
            raise
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except OSError as error:
        if debug:
            raise
        click.echo(f"Error: {error}; check the place and the space that is left.", err=True)
        return EdgecnnError.exit_code
