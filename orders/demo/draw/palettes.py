"""Dye lots: each palette is what one set of pots gives, named after the plant or earth that leads it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Five yarn colours. Patterns count them: 0 dark, 1 main, 2 second, 3 light, 4 accent."""

    dark: str
    main: str
    second: str
    light: str
    accent: str

    @property
    def dyes(self) -> tuple[str, str, str, str, str]:
        return self.dark, self.main, self.second, self.light, self.accent


PALETTES: dict[str, Palette] = {
    "indigo": Palette("#151f38", "#23406f", "#5f7a9c", "#eae1cc", "#a8552c"),
    "morinda": Palette("#2a1416", "#86272a", "#c47f3f", "#efe1c1", "#2c4764"),
    "soga": Palette("#23180f", "#70411c", "#bb853f", "#f0e4c9", "#31486a"),
    "leaf": Palette("#13231d", "#2d5b48", "#8f9b55", "#ece6d0", "#a5402c"),
    "mangosteen": Palette("#221428", "#56325f", "#b05a7a", "#eedcc5", "#c8993f"),
    "turmeric": Palette("#2c1d11", "#b57a22", "#dcb054", "#f4ead0", "#7c2c24"),
    "mud": Palette("#1a1715", "#3b3531", "#8f8474", "#ebe4d5", "#a4482d"),
    "sappan": Palette("#2b151f", "#a1455a", "#d8937f", "#f2e4d4", "#305b5b"),
    "sea": Palette("#10242a", "#205b66", "#6f9f9b", "#eae4d1", "#c07631"),
}

GOLDS = ("#c9a04a", "#d3b470", "#c4c1b8")
"""Metal threads: gold, pale gold, silver."""

STRAWS = ("#d8bd85", "#cdae72", "#dec593", "#d2b57c")
"""Undyed pandan, rattan and bamboo."""

ROASTS: dict[str, tuple[str, str]] = {
    "light-roast": ("#6d3f20", "#935f35"),
    "medium-roast": ("#552d16", "#7c4a27"),
    "dark-roast": ("#3c2012", "#5f3820"),
    "green-bean": ("#8d8f63", "#b5b489"),
}
