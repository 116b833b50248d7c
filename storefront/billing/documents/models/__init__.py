from .documents import Document, DocumentSequence
from .papers import PaperCopy, PaperStatus
from .pictures import Picture, PictureRole, PictureUse
from .requests import DocumentRequest, RequestStatus
from .settings import ActOnPaper, DocumentSettings, DocumentStyle

__all__ = [
    "ActOnPaper",
    "Document",
    "DocumentRequest",
    "DocumentSequence",
    "DocumentSettings",
    "DocumentStyle",
    "PaperCopy",
    "PaperStatus",
    "Picture",
    "PictureRole",
    "PictureUse",
    "RequestStatus",
]
