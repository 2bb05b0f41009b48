"""What each channel of a network answers to, over many examples: what excites it most, and what it tells apart.

`find` goes over some examples; what it found in two parts is merged into what it finds in both. `Gather` is told of one
example after the other, which may be of any length.
"""

from cnnviz.networks.exciting.best import Best
from cnnviz.networks.exciting.find import Edges, Found, edges_of, find, merged, worth
from cnnviz.networks.exciting.gather import Centres, Gather, Told
from cnnviz.networks.exciting.packed import Answers, pack, pack_found, unpack, unpack_found
from cnnviz.networks.exciting.patch import box
from cnnviz.networks.exciting.spread import Spread
from cnnviz.networks.exciting.tells import Tells
from cnnviz.networks.modes import evaluated

__all__ = ["Answers", "Best", "Centres", "Edges", "Found", "Gather", "Spread", "Tells", "Told", "box", "edges_of"]
__all__ += ["evaluated", "find", "merged", "pack", "pack_found", "unpack", "unpack_found", "worth"]
