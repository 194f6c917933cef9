"""House rules of the style sheets (STYLE, Pages and parts)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "app/static/css"
ENTRIES = {"store.css", "admin.css"}
SHEETS = sorted(CSS.glob("*.css"))
PARTS = [path for path in SHEETS if path.name not in ENTRIES]

COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix)\(|:[^;{]*\b(?:white|black|red|blue|green|gray|grey)\b",
    re.IGNORECASE,
)
PHYSICAL = re.compile(
    r"\b(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?<![-\w])(?:left|right|top|bottom|width|height)\s*:"
    r"|(?<![-\w])float\s*:\s*(?:left|right)"
)
RAW = re.compile(
    r"var\(--(?:paper|sheet|wash|rule|rule-strong|ink|ink-soft|(?:blue|red|green|amber)[\w-]*|white|chalk|shade|lift)\)"
)


def rules(path: Path) -> str:
    """The sheet without comments, strings and the conditions of at-rules."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r'"[^"]*"', '""', text)
    return re.sub(r"@(?:media|container|supports)[^{]*\{", "{", text)


def names(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", [path for path in PARTS if path.name != "_layers.css"], ids=names)
def test_colours_are_only_tokens_of_the_second_tier(path):
    assert COLOUR.findall(rules(path)) == []
    assert RAW.findall(rules(path)) == []


@pytest.mark.parametrize("path", PARTS, ids=names)
def test_no_important_and_no_ids(path):
    text = rules(path)

    assert "!important" not in text
    assert re.findall(r"#[a-z][\w-]*(?=[^;{}]*\{)", text) == []


@pytest.mark.parametrize("path", PARTS, ids=names)
def test_properties_are_logical(path):
    assert PHYSICAL.findall(rules(path)) == []


@pytest.mark.parametrize("path", [path for path in PARTS if path.name not in {"_layers.css", "fonts.css"}], ids=names)
def test_every_rule_stands_in_a_layer(path):
    outside = re.sub(r"@media[^{]*\{\s*(@view-transition|::view-transition)", "", path.read_text())

    assert re.search(r"^@layer (reset|base|components|pages|utilities) \{", outside, re.MULTILINE)
    assert re.findall(r"^[.a-z][^@{}]*\{", outside, re.MULTILINE) == []


@pytest.mark.parametrize("path", PARTS, ids=names)
def test_every_sheet_reaches_a_page(path):
    imported = "".join((CSS / entry).read_text() for entry in ENTRIES)

    assert f'@import "{path.name}";' in imported


def test_dark_mode_redefines_values_and_no_meanings():
    text = (CSS / "_layers.css").read_text()
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")

    dark = dark.split("@media")[0]
    assert set(re.findall(r"^ +(--[\w-]+):", dark, re.MULTILINE)) <= set(
        re.findall(r"^  (--[\w-]+): oklch", light, re.MULTILINE)
    )


@pytest.mark.parametrize("path", SHEETS, ids=names)
def test_sheets_are_short(path):
    assert len(path.read_text().splitlines()) <= 150


def test_tokens_keep_their_contrast():
    """WCAG 2.2 AA: words 4.5 to 1, what shows a control 3 to 1, in light and dark, on every ground they stand on."""
    text = (CSS / "_layers.css").read_text()
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")

    for scheme in ({**values(light)}, {**values(light), **values(dark.split("@media")[0])}):
        for ground in ("paper", "sheet", "wash"):
            for words in ("ink", "ink-soft", "blue", "red", "green", "amber"):
                assert contrast(scheme[words], scheme[ground]) >= 4.5, (words, ground)
        for ground in ("paper", "sheet"):
            assert contrast(scheme["rule-strong"], scheme[ground]) >= 3, ground
        for hue in ("blue", "red", "green", "amber"):
            assert contrast(scheme[hue], scheme[f"{hue}-wash"]) >= 4.5, hue
            assert contrast(scheme["ink-soft"], scheme[f"{hue}-wash"]) >= 4.5, hue
        assert contrast(scheme["white"], scheme["blue"]) >= 4.5
        assert contrast(scheme["white"], scheme["blue-deep"]) >= 4.5


def values(text: str) -> dict[str, float]:
    """The relative luminance of each opaque value."""
    found = re.findall(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", text)
    return {name: luminance(float(light) / 100, float(chroma), float(hue)) for name, light, chroma, hue in found}


def luminance(light: float, chroma: float, hue: float) -> float:
    """The relative luminance of an OKLCH colour, cut to sRGB (https://bottosson.github.io/posts/oklab/)."""
    import math

    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0), 1) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    lighter, darker = max(one, other), min(one, other)
    return (lighter + 0.05) / (darker + 0.05)
