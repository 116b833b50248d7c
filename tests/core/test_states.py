import pytest
from django.db import transaction
from django.utils.functional import SimpleLazyObject

from storefront.core import states
from storefront.users.models import User

pytestmark = pytest.mark.django_db
TABLE = {"new": frozenset({"done"}), "done": frozenset()}


def test_a_step_outside_the_table_is_refused_and_the_same_state_is_no_step(customer):
    customer.name = "new"
    assert states.apply(customer, "done", table=TABLE, field="name")
    assert not states.apply(customer, "done", table=TABLE, field="name")
    with pytest.raises(states.TransitionError):
        states.apply(customer, "new", table=TABLE, field="name")


def test_a_lock_re_reads_the_row_even_behind_a_lazy_proxy(customer):
    User.objects.filter(pk=customer.pk).update(name="changed elsewhere")
    proxy = SimpleLazyObject(lambda: customer)
    with transaction.atomic():
        assert states.lock(proxy).name == "changed elsewhere"


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_a_mistake(customer):
    with pytest.raises(RuntimeError):
        states.lock(customer)
