"""A recipe as a plain loop in PyTorch, which gives the same weights bit for bit when it is run as it stands."""

from cnnviz.networks.code.imports import imports_first
from cnnviz.networks.code.write import held, with_imports
from cnnviz.networks.start import KAIMING_LINES
from cnnviz.networks.training.objective import Events
from cnnviz.networks.training.recipe import Recipe

TAB = "    "
ROWS = 250  # of a test batch


def code(recipe: Recipe) -> str:
    """Lines of Python that define the data, train ``net`` and print how right it is.

    Raises
    ------
    CodeError
        If a layer has a name that no code should hold.
    """
    blocks = [
        "import torch\nfrom torch.nn import functional as F",
        recipe.data.code(),
        "\n".join(labels(recipe)),
        "\n".join(beginning(recipe)),
        "\n".join(loop(recipe)),
        test(recipe),
    ]
    return imports_first(with_imports(recipe.network, "\n\n".join(filter(None, blocks))))


def labels(recipe: Recipe) -> list[str]:
    """Lines that pool the labels of events as the network pools time."""
    target = recipe.objective
    return target.target_lines(recipe.data.split().train.y.shape[2]) if isinstance(target, Events) else []


def beginning(recipe: Recipe) -> list[str]:
    """Lines before the first step."""
    schedule = recipe.schedule.code(recipe.steps, recipe.optimiser.rate)
    return [
        "torch.set_num_threads(1)",
        f"torch.manual_seed({recipe.seed})",
        f"net = {held(recipe.network)}",
        *([KAIMING_LINES] if recipe.start == "kaiming" else []),
        f"optimiser = {recipe.optimiser.code()}",
        *([f"schedule = {schedule}"] if schedule else []),
    ]


def loop(recipe: Recipe) -> list[str]:
    """Lines that take all steps."""
    shape, events = recipe.data.shape, recipe.objective.events
    steps = [
        f"if len(order) < {recipe.batch}:\n{2 * TAB}order = torch.randperm(len(x), generator=generator)",
        f"rows, order = order[:{recipe.batch}], order[{recipe.batch}:]",
        "xb, yb = x[rows], y[rows]",
        *recipe.augment.lines(shape, events),
        "optimiser.zero_grad()",
        *loss(recipe),
        "loss.backward()",
        "optimiser.step()",
        *(["schedule.step()"] if recipe.schedule.torch_name else []),
    ]
    return [
        f"generator = torch.Generator().manual_seed({recipe.seed})",
        "order = torch.empty(0, dtype=torch.int64)",
        f"for step in range({recipe.steps}):",
        *(TAB + line for line in steps),
    ]


def loss(recipe: Recipe) -> list[str]:
    """Lines from a batch to ``loss``."""
    name, call = f"F.{recipe.objective.loss_name}", recipe.objective.call("xb")
    if not recipe.augment.mixup:
        return [f"loss = {name}({call}, yb)"]
    return [f"out = {call}", f"loss = (1 - share) * {name}(out, yb) + share * {name}(out, yb[other])"]


def test(recipe: Recipe) -> str:
    """Lines that say how right the network is on what it has not learned from."""
    call = recipe.objective.call("part")
    head = f"net.eval()\nwith torch.inference_mode():\n    out = torch.cat([{call} for part in x_test.split({ROWS})])"
    if isinstance(recipe.objective, Events):
        return f"{head}\nloss = F.{recipe.objective.loss_name}(out, y_test)\nprint(loss.item())"
    return f'{head}\nright = (out.argmax(1) == y_test).float().mean()\nprint(f"{{right:.2%}}")'
