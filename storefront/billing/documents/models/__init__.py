from .documents import Document, DocumentSequence
from .papers import PaperCopy, PaperStatus
from .pictures import Picture, PictureRole, PictureUse
from .prints import PrintRun, PrintStatus
from .requests import DocumentRequest, RequestStatus
from .sendings import DocumentSending
from .settings import ActOnPaper, DocumentSettings, DocumentStyle, EInvoicing

__all__ = [
    "ActOnPaper",
    "Document",
    "DocumentRequest",
    "DocumentSending",
    "DocumentSequence",
    "DocumentSettings",
    "DocumentStyle",
    "EInvoicing",
    "PaperCopy",
    "PaperStatus",
    "Picture",
    "PictureRole",
    "PictureUse",
    "PrintRun",
    "PrintStatus",
    "RequestStatus",
]
