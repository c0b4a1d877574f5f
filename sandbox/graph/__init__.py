"""The Sandbox Graph: a strict stand-in for Meta's catalog API.

Here live the rules of the remote side only. Nothing here imports Django or the product, so what the product believes about Meta and what
this package believes about Meta stay two independent readings of the same facts.
"""

from sandbox.graph.faults import KINDS, Fault
from sandbox.graph.messages import GraphAnswer, GraphRequest
from sandbox.graph.standin import GraphStandIn
from sandbox.graph.store import Store

__all__ = ["KINDS", "Fault", "GraphAnswer", "GraphRequest", "GraphStandIn", "Store"]
