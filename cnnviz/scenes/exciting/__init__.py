"""What the channels of shipped networks answer to: kept beside the weights, and seen."""

from cnnviz.scenes.exciting.kept import answers_of, keep

__all__ = ["answers_of", "keep"]
