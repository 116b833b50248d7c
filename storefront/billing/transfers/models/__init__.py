from .accounts import SellerAccount
from .proofs import PaymentProof, ProofSource, ProofStatus
from .transfers import BankTransfer, TransferShare, TransferStatus
from .waiting import AwaitedTransfer, ProvisionalEnd, ProvisionalGrant

__all__ = [
    "AwaitedTransfer",
    "BankTransfer",
    "PaymentProof",
    "ProofSource",
    "ProofStatus",
    "ProvisionalEnd",
    "ProvisionalGrant",
    "SellerAccount",
    "TransferShare",
    "TransferStatus",
]
