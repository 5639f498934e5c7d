"""Here one is about to sign in."""

import pytest
from django.test import Client


@pytest.fixture
def client(anonymous: Client) -> Client:
    return anonymous
