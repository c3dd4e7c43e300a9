from __future__ import annotations

from hypothesis import given

from efdgen.output import layout
from efdgen.repository import paths
from support import many, words
from support.foreach import for_each


def test_it_is_the_layout_of_argocd_efd() -> None:
    assert layout.chart("influxdb") == "apps/influxdb"
    assert layout.values("influxdb", "summit") == "apps/influxdb/values-summit.yaml"
    assert layout.application("influxdb") == "apps/efd/templates/influxdb.yaml"
    assert layout.values(paths.PARENT, "summit") == "apps/efd/values-summit.yaml"


@many
@given(words, words)
def test_values_belong_to_their_environment(app: str, environment: str) -> None:
    path = layout.values(app, environment)
    assert layout.environment_of(path) == environment
    assert path.startswith(f"{layout.chart(app)}/")


@many
@given(words)
def test_charts_and_applications_belong_to_no_environment(app: str) -> None:
    assert layout.environment_of(layout.application(app)) is None
    assert layout.environment_of(f"{layout.chart(app)}/Chart.yaml") is None
    assert layout.environment_of(f"{layout.chart(app)}/templates/namespace.yaml") is None


@for_each(
    ("path", "environment"),
    [
        ("apps/chronograf/feeds/summit.json", "summit"),
        ("apps/chronograf/values-ncsa-int.yaml", "ncsa-int"),
        ("apps/efd/values.yaml", None),
        ("apps/x/templates/values-summit.yaml", None),
        ("apps/x/templates/dashboard.json", None),
        ("apps/x/summit.json", None),
        ("apps/x/feeds/deep/summit.json", None),
        ("values-summit.yaml", None),
        ("other/apps/x/values-summit.yaml", None),
        ("apps/x/values-summit.yaml.bak", None),
        ("apps/x/values-summit.yaml\n", None),
    ],
)
def test_the_environment_of_a_file_shows_in_its_path(path: str, environment: str | None) -> None:
    assert layout.environment_of(path) == environment


def test_values_of_a_chart_from_git_are_of_their_environment_and_vouch_for_nothing() -> None:
    path = layout.git_values("boards", "viewer", "summit")

    assert path == "apps/boards/git/viewer/values-summit.yaml"
    assert layout.environment_of(path) == "summit"
    assert layout.app_of(path) == "boards"
    assert layout.is_values(path)
    assert not layout.can_vouch(path)
    assert not layout.is_values("apps/boards/feeds/summit.json")
    assert not layout.is_values("apps/boards/git/viewer/Chart.yaml")
