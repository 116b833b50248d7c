from .accounts import SellerAccount
from .proofs import PaymentProof, ProofSource, ProofStatus
from .transfers import BankTransfer, TransferShare, TransferStatus

__all__ = [
    "BankTransfer",
    "PaymentProof",
    "ProofSource",
    "ProofStatus",
    "SellerAccount",
    "TransferShare",
    "TransferStatus",
]
