"""Read pages as a person does."""

import re

from django.test import Client


def text_of(client: Client, url: str) -> str:
    """What a page says, without its tags and with white space folded."""
    response = client.get(url)
    assert response.status_code == 200
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", body)
