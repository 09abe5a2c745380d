"""The channels of the demonstration, as data."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from cms.app.demo.files import STRICT, Code, checked, nfc, plain_yaml

CHANNELS = Path(__file__).parent / "channels.yaml"


@dataclass(frozen=True, config=STRICT)
class DemoChannel:
    """A channel of a unit. ``slots`` are "weekday time" (1 is Monday); ``size`` is a board's width and height."""

    unit: Code
    kind: str
    slug: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: str
    medium: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    slots: tuple[Annotated[str, Field(pattern=r"^[1-7] \d\d:\d\d$")], ...] = ()
    size: tuple[int, int] | None = None

    def settings(self) -> dict[str, Any]:
        """The adapter's own settings: what a kind needs beyond its defaults."""
        if self.kind == "led_board" and self.size:
            return {"width": self.size[0], "height": self.size[1]}
        if self.kind == "zalo_oa":
            return {"app_id": f"app-{self.slug}", "oa_id": self.slug, "oa_name": self.name, "author": self.name[:50]}
        return {}

    def weekly_slots(self) -> list[dict[str, Any]]:
        """Slots as the channel table keeps them."""
        return [{"weekday": int(slot[0]), "time": slot[2:]} for slot in self.slots]


_CHANNELS = TypeAdapter(tuple[DemoChannel, ...])


def load_channels(path: Path = CHANNELS) -> tuple[DemoChannel, ...]:
    """The channels of the demonstration. Raises ``DemoError``."""
    data = plain_yaml(nfc(path.read_text(encoding="utf-8")), path.name)
    found: tuple[DemoChannel, ...] = checked(_CHANNELS, data, path.name)
    return found
