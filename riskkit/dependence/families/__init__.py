"""One module per Archimedean family: its generator, the derivatives, the frailty behind it, its conditional law."""

from collections.abc import Mapping
from types import MappingProxyType

from riskkit.dependence.families.clayton import Clayton
from riskkit.dependence.families.frank import Frank
from riskkit.dependence.families.generator import Generator
from riskkit.dependence.families.gumbel import Gumbel
from riskkit.dependence.families.joe import Joe

FAMILIES: Mapping[str, type[Generator]] = MappingProxyType(
    {"clayton": Clayton, "gumbel": Gumbel, "frank": Frank, "joe": Joe}
)

__all__ = ["FAMILIES", "Clayton", "Frank", "Generator", "Gumbel", "Joe"]
