"""What is sold: software products, their license types, the periods they are sold for, and their agreements."""

from catalogue.plans.models.agreements import Agreement, AgreementVersion
from catalogue.plans.models.prices import Discount, Period, PlanPrice, months_label
from catalogue.plans.models.products import BindingKind, Plan, SoftwareProduct

__all__ = [
    "Agreement",
    "AgreementVersion",
    "BindingKind",
    "Discount",
    "Period",
    "Plan",
    "PlanPrice",
    "SoftwareProduct",
    "months_label",
]
