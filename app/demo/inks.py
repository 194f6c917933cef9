"""The studio's papers and inks: one short list for the whole shop, so that any two prints can hang together."""

PAPERS = {
    "white": "#faf8f2",
    "cream": "#f6efe0",
    "bone": "#f0e9dc",
    "sand": "#ecdfc8",
    "fog": "#e9ecea",
    "blush": "#f5e4da",
    "night": "#1c2334",
    "pine": "#20342d",
}

INKS = {
    "black": "#26231f",
    "navy": "#1b2a45",
    "indigo": "#2b3c78",
    "cobalt": "#2f62b5",
    "sky": "#8fbcd9",
    "ice": "#cfe0e6",
    "teal": "#1f6f6c",
    "sea": "#549f98",
    "mint": "#acd4c2",
    "forest": "#2d4a3a",
    "moss": "#6c8048",
    "sage": "#a9b79c",
    "olive": "#8c8746",
    "mustard": "#d9a32b",
    "sun": "#f3c454",
    "butter": "#f6dd9c",
    "apricot": "#f1a670",
    "coral": "#ec6d55",
    "vermilion": "#db4631",
    "brick": "#a8432f",
    "terracotta": "#c9734e",
    "rose": "#e5a59b",
    "pink": "#f3bcb8",
    "plum": "#613149",
    "lilac": "#baa6d0",
    "umber": "#6b4b3d",
    "grey": "#8b8882",
    "stone": "#bbb4a7",
    "chalk": "#f4efe4",
}

HEX = PAPERS | INKS
