"""Images among the values of an app."""

from __future__ import annotations

from typing import Any

from efdgen.environment.images import Image, images
from support.foreach import for_each


@for_each(
    ("values", "found"),
    [
        ({"image": {"repository": "a/b", "tag": "1.2"}}, [Image(("image", "tag"), "a/b", "1.2")]),
        ({"x": {"image": {"repo": "b", "tag": "1"}}}, [Image(("x", "image", "tag"), "b", "1")]),
        (
            {"image": {"registry": "quay.io", "repository": "a/b", "tag": "1"}},
            [Image(("image", "tag"), "quay.io/a/b", "1")],
        ),
        ({"image": {"tag": "1"}}, [Image(("image", "tag"), "", "1")]),
        ({"x": {"image": "a/b", "imageTag": "5.5"}}, [Image(("x", "imageTag"), "a/b", "5.5")]),
        ({"image": "a/curl:latest"}, [Image(("image",), "a/curl", "latest")]),
        ({"image": "localhost:5000/a:1"}, [Image(("image",), "localhost:5000/a", "1")]),
        ({"image": "a/b"}, []),
        ({"image": "localhost:5000/a"}, []),
        ({"image": {"repository": "a", "tag": ""}}, []),
        ({"image": {"repository": "a", "tag": None}}, []),
        ({"jobs": [{"image": {"name": "j", "tag": "2"}}]}, [Image(("jobs", 0, "image", "tag"), "j", "2")]),
    ],
)
def test_images_are_found_as_charts_write_them(values: dict[str, Any], found: list[Image]) -> None:
    assert list(images(values)) == found
