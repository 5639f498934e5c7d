"""One page: ask the API with a new connection, show its rows in a table."""

import os

import requests
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def table(request: HttpRequest) -> HttpResponse:
    answer = requests.get(
        os.environ["POPSELL_API_URL"] + "/chat/ambassadors/100/chatrooms",
        params={"page": "1", "sort": "-last_action_date"},
        headers={"Authorization": "Bearer sandbox-token", "X-Popsell-Brand": "3"},
        timeout=8,
    )
    return render(request, "table.html", {"rooms": answer.json()["data"]})


urlpatterns = [path("", table)]
