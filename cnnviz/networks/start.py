"""How the weights of a network begin."""

from torch import nn

CONVOLUTIONS_AND_DENSE = nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear


def kaiming_(module: nn.Module) -> nn.Module:
    """Kaiming-normal weights and zero biases in every convolution and dense layer, drawn in the order of the modules.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    for one in module.modules():
        if isinstance(one, CONVOLUTIONS_AND_DENSE):
            nn.init.kaiming_normal_(one.weight)
            if one.bias is not None:
                nn.init.zeros_(one.bias)
    return module


KAIMING_LINES = """\
for layer in net.modules():
    if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)"""
