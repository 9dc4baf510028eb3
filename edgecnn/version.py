"""The version of edgecnn, as written into everything that it makes."""

from importlib.metadata import version

VERSION = version("edgecnn")
