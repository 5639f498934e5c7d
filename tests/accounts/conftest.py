"""For tests that sign in."""

import pytest
from django.test import Client


@pytest.fixture
def client(anonymous: Client) -> Client:
    return anonymous
