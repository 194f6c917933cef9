"""House rules of the templates (STYLE, Pages and parts)."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2 import nodes as syntax
from lxml import html

FOLDER = Path(__file__).parents[2] / "app/templates"
APP = FOLDER.parent
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith(".html") and not name.startswith("emails/")]
# Frames and pieces of mails are no parts; notices and changes are made of partials.
NO_PART = re.compile(r"(^|/)(_document|_notice|_changes|_layout|_parts)\.|^emails/|^ui/")
PARTS = [name for name in PAGES if "/_" in name and not NO_PART.search(name)]
FRAMES = {"_document.html", "base.html", "admin/base.html", "checkout/base.html"}
WHOLE = [name for name in PAGES if "/_" not in name and not name.startswith("ui/") and name not in FRAMES]

ENVIRONMENT = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
ENVIRONMENT.filters |= dict.fromkeys(("money", "moment"), str)


def source(name: str) -> str:
    return (FOLDER / name).read_text()


def markup(name: str) -> str:
    """The source without comments and with every Jinja tag taken out, as near to HTML as a source comes."""
    text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*macro.*?endmacro\s*-?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL), flags=re.DOTALL)


def static_names(tree: syntax.Template) -> set[str]:
    """The templates that one extends, includes or imports from, by constant names."""
    kinds = (syntax.Extends, syntax.Include, syntax.FromImport, syntax.Import)
    named = [node.template for kind in kinds for node in tree.find_all(kind)]
    constants = [
        constant
        for name in named
        for constant in ([name] if isinstance(name, syntax.Const) else name.find_all(syntax.Const))
    ]
    return {constant.value for constant in constants}


@pytest.mark.parametrize("name", NAMES)
def test_template_parses_and_names_templates_that_exist(name):
    tree = ENVIRONMENT.parse(source(name))

    assert static_names(tree) <= set(NAMES)


@pytest.mark.parametrize("name", WHOLE)
def test_page_has_a_title(name):
    own = re.search(r"<title>\s*\S|\{%-?\s*block title\s*-?%\}\s*\S", source(name))
    parent = re.search(r'\{%-?\s*extends "([^"]+)"', source(name))

    assert own or (parent and parent[1] not in FRAMES)


@pytest.mark.parametrize("name", PARTS)
def test_part_has_one_root_that_carries_an_id(name):
    nodes = html.fragments_fromstring(markup(name).strip())
    roots = [node for node in nodes if not isinstance(node, str) or node.strip()]

    assert roots, "a part renders one element"
    assert all(not isinstance(root, str) for root in roots), "no words stand beside the root of a part"
    assert all(root.get("id") for root in roots), "the root of a part carries its id"
    # Two forms of the root may stand in an if and its else; they carry the same id.
    assert len({root.get("id") for root in roots}) == 1, "a part has one root"


@pytest.mark.parametrize("name", [name for name in PAGES if name != "errors/500.html"])
def test_template_says_what_it_takes(name):
    comments = re.findall(r"\{#(.*?)#\}", source(name), re.DOTALL)

    assert comments, "a template opens with what it is and what it takes"
    if "/_" in name or name.startswith("ui/"):
        assert any("Takes:" in comment for comment in comments)


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_inline_code_or_style(name):
    text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.DOTALL)

    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\shx-on\b|=[\"']\s*(?:js|javascript):", text)
    assert not re.search(r"hx-trigger=[\"'][^\"']*\[", text), "a filter in hx-trigger needs eval"
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or "application/ld+json" in attributes


def test_htmx_attributes_are_not_inherited():
    assert [name for name in PAGES if ":inherited" in source(name)] == []


def test_every_form_that_writes_works_without_script():
    forms = [(name, form) for name in PAGES for form in re.findall(r"<form\b[^>]*hx-post[^>]*>", source(name))]

    assert len(forms) > 20
    assert [each for each in forms if 'method="post"' not in each[1] or "action=" not in each[1]] == []


def test_every_class_has_a_rule():
    sheets = "".join(path.read_text() for path in (APP / "static/css").glob("*.css"))
    ruled = set(re.findall(r"\.([\w-]+)", sheets))
    for name in PAGES:
        plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "{}", source(name), flags=re.DOTALL)
        named = {one for found in re.findall(r'\bclass="([^"]*)"', plain) for one in found.split() if "{}" not in one}

        assert named - ruled == set(), name


def test_no_template_is_an_orphan():
    code = "".join(path.read_text() for path in APP.rglob("*.py"))
    used = set(re.findall(r'"([\w/.-]+\.(?:html|txt))"', code))
    used |= {used for name in NAMES for used in static_names(ENVIRONMENT.parse(source(name)))}
    # A mail is named by its folder.
    mails = {name for name in NAMES if name.startswith("emails/") and f'"{name.split("/")[1]}"' in code}

    assert set(NAMES) - used - mails == set()


def test_static_files_named_in_templates_exist():
    named = {found for name in PAGES for found in re.findall(r'asset\("([^"]+)"\)', source(name))}

    assert {name for name in named if not (APP / "static" / name).is_file()} == set()


def test_no_script_is_an_orphan():
    named = {found for name in PAGES for found in re.findall(r'asset\("([^"]+)"\)', source(name))}

    assert {f"js/{path.name}" for path in (APP / "static/js").glob("*.js")} - named == set()
