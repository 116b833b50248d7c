from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from storefront.support.models import Conversation


@pytest.fixture
def clock() -> Any:
    """Time that passes only when it is told to: ``clock.shift(seconds)``."""
    with time_machine.travel("2026-03-05T12:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def first_form(clock: Any) -> Callable[..., dict[str, str]]:
    """What a person posts who opens the form, takes a minute, and sends it; other values by name."""

    def fill(client: Client, path: str = "", **changes: str) -> dict[str, str]:
        form = client.get(path or reverse("chat"), {"new": "1"}).context["form"]
        clock.shift(60)
        posted = {"text": "Does it work with Yeastar S50?", "stamp": form["stamp"].value(), "website": ""}
        if "email" in form.fields:
            posted |= {"email": "ada@example.com", "name": "Ada"}
        return posted | changes

    return fill


@pytest.fixture
def begin(first_form: Callable[..., dict[str, str]]) -> Callable[..., Conversation]:
    """Begin a conversation as a visitor does; returns it."""

    def write(client: Client, **changes: str) -> Conversation:
        answer = client.post(reverse("chat"), first_form(client, **changes))
        assert answer.status_code == 302, answer.context["form"].errors
        return Conversation.objects.latest("pk")

    return write


@pytest.fixture
def staff(make_customer: Any) -> Any:
    """Somebody who answers visitors and nothing else."""
    user = make_customer("helper@example.com", name="Hanna Helper")
    wanted = ("access_admin", "view_conversation", "change_conversation")
    user.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    return user


@pytest.fixture
def answer(staff: Any) -> Callable[..., None]:
    """Answer a conversation through Wagtail's screen."""

    def send(conversation: Conversation, text: str = "Yes, with every S model.", **more: str) -> None:
        client = Client()
        client.force_login(staff)
        sent = client.post(reverse("support-answer", args=[conversation.pk]), {"text": text, **more})
        assert sent.status_code == 302

    return send


@pytest.fixture
def later(clock: Any, run_jobs: Callable[[], int]) -> Callable[[timedelta], None]:
    """Let time pass and the worker do what is due."""

    def wait(how_long: timedelta) -> None:
        clock.shift(how_long)
        run_jobs()

    return wait
