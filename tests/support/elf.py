"""What is in an ELF file."""

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Symbol, SymbolTableSection


def symbols(file: ELFFile) -> list[Symbol]:
    """Its table of symbols, in order."""
    table = file.get_section_by_name(".symtab")
    assert isinstance(table, SymbolTableSection)
    return list(table.iter_symbols())
