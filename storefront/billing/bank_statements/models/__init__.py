from .files import AccountStatement, FileSource, FileStatus, StatementDay, StatementFile
from .lines import LineStatus, StatementLine
from .rules import CsvMapping, ImportRule

__all__ = [
    "AccountStatement",
    "CsvMapping",
    "FileSource",
    "FileStatus",
    "ImportRule",
    "LineStatus",
    "StatementDay",
    "StatementFile",
    "StatementLine",
]
