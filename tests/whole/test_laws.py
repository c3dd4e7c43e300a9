"""Laws of whole renders, for environments that hypothesis makes up."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efdgen.language import yamlio
from efdgen.output import layout
from efdgen.verbs import project, render
from support.checkout import snapshot
from support.parsers import differences, go, pyyaml, ruamel
from support.repository import small_repository

laws = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.from_regex(r"[a-z][a-z0-9]{3,8}(-[a-z0-9]{4,8})?", fullmatch=True).filter(
    lambda name: name not in {"dome", "lab", "shared", "bench", "null", "true", "false"}
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>#\u2028\u2029\ufeff"), max_size=20)
FREE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"k[a-z]{1,5}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)
SPECS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "apps": st.fixed_dictionaries(
            {
                "vault-secrets-operator": st.just({}),
                "store": st.fixed_dictionaries({}, optional={"values": st.fixed_dictionaries({"config": FREE})}),
            },
            optional={"view": st.just({})},
        ),
        "cluster": st.just({"provides": ["ingress-nginx"]}),
    },
    optional={
        "kafka": st.fixed_dictionaries({"storageSize": st.integers(1, 9999).map(lambda size: f"{size}Gi")}),
        "feed": st.fixed_dictionaries({"news": st.lists(st.sampled_from(["first", "second"]), max_size=3)}),
    },
)


def write_spec(root: Path, spec: dict[str, Any]) -> Path:
    path = root / "environments" / f"{spec['name']}.yaml"
    path.write_text(yamlio.dump(spec), encoding="utf-8")
    return path


@laws
@given(SPECS)
def test_adding_an_environment_only_adds_and_removing_it_is_the_way_back(spec: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = small_repository(Path(folder))
        render.write(root)
        before = snapshot(root / "rendered")
        path = write_spec(root, spec)

        added = render.write(root)
        after = snapshot(root / "rendered")

        assert {change.path for change in added.changes} == (after.keys() - before.keys()) | {layout.FLEET}
        assert {name: after[name] for name in before if name != layout.FLEET} == {
            name: content for name, content in before.items() if name != layout.FLEET
        }
        again = render.write(root)
        assert not again.changes
        assert snapshot(root / "rendered") == after
        path.unlink()
        render.write(root)
        assert snapshot(root / "rendered") == before


@laws
@given(NAMES, FREE)
def test_a_value_of_a_spec_means_the_same_to_every_reader_of_the_rendered_file(name: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = small_repository(Path(folder))
        apps = {"vault-secrets-operator": {}, "store": {"values": {"config": {"free": value}}}}
        write_spec(root, {"name": name, "cluster": {"provides": ["ingress-nginx"]}, "apps": apps})

        text = project.rendering(root, [name]).tree[f"apps/store/values-{name}.yaml"].decode()

        for read in (pyyaml, ruamel):
            document = read(text)
            assert differences(document["store-chart"]["config"]["free"], value) == []
        config = go(text)["store-chart"]["config"]
        assert differences(config.get("free"), value, as_float64=True) == []
