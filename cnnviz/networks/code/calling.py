"""What a call stands for: a layer, the tensor behind it, or the value of a small function."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnviz.networks.code import builtin, functions, modules, tensor
from cnnviz.networks.code.errors import shown
from cnnviz.networks.code.syntax import Called, error_at, plain, quoted
from cnnviz.networks.code.values import (
    BATCH,
    MODULES,
    UNKNOWN,
    Bound,
    Def,
    Flow,
    Open,
    Own,
    OwnClass,
    Parent,
    Sizes,
    Torch,
)
from cnnviz.text import Message

if TYPE_CHECKING:
    from cnnviz.networks.code.follow import Follower, Scope

NN, FUNCTIONAL = "torch.nn.", "torch.nn.functional."
OTHERS = ("tensorflow", "keras", "jax", "flax", "paddle", "mxnet")
NUMERIC = ("math", "numpy")
FIXED: dict[str, Any] = {  # where it runs changes no layer
    "torch.device": Torch("device"),
    "torch.cuda.is_available": False,
    "torch.backends.mps.is_available": False,
}
SILENT = ("print", "torch.manual_seed", "torch.set_grad_enabled", "super")
WRAPPERS = ("torch.nn.DataParallel", "torch.nn.parallel.DistributedDataParallel", "torch.compile", "torch.jit.script")
MADE = ("randn", "rand", "zeros", "ones", "empty", "randint", "normal")  # tensors, of which only the shape counts


def call(f: "Follower", node: ast.Call, scope: "Scope") -> Any:
    """What a call gives.

    Raises
    ------
    CodeError
        If it is of something that is not followed; the sentence says how to write it instead.
    """
    if isinstance(node.func, ast.Name) and node.func.id == "super" and "super" not in scope:
        return functions.parent(node, scope)
    function = f.value(node.func, scope)
    if isinstance(function, Bound):
        return bound(f, function, node, scope)
    if isinstance(function, Torch) and (function.name in SILENT or function.name.startswith("torch.nn.init.")):
        return UNKNOWN
    args, kwargs = f.given(node, scope)
    if isinstance(function, Torch):
        return of_torch(f, function.name, args, kwargs, node, scope)
    return of_own(f, function, args, kwargs, node)


def of_own(f: "Follower", function: Any, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """A class, a function or a layer that the text has made."""
    if isinstance(function, OwnClass):
        return functions.made(f, function, args, kwargs, node)
    if isinstance(function, Def):
        return functions.run(f, function, args, kwargs, node)
    if isinstance(function, MODULES):
        return applied(f, function, args, kwargs, node)
    if function in (UNKNOWN, BATCH):
        return UNKNOWN
    raise error_at(node, "{quoted} is not read here: only layers with numbers, one after the other.")


def applied(f: "Follower", module: Any, args: Sequence[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """A layer, or what holds layers, called with the tensor."""
    if len(args) != 1 or kwargs:
        raise error_at(node, "{quoted} is not read here: a layer is called with one tensor alone.")
    if f.path is None:
        return UNKNOWN if args[0] is UNKNOWN else modules.forward(f, module, args[0], "", node)
    name = f.path.names.get(id(module))
    if name is None:
        name = f.path.inside(module.name.lower() if isinstance(module, Called) else "part")
    return modules.forward(f, module, args[0], name, node)


def of_torch(f: "Follower", name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call, scope: "Scope") -> Any:
    """A class or a function of torch's, or one of Python's own."""
    short, (start, _, last) = name.removeprefix(NN), name.rpartition(".")
    if name in WRAPPERS and args and isinstance(args[0], MODULES):
        return args[0]
    if short in modules.HOLDERS:
        return modules.held(short, [*args, *modules.given_by_name(short, kwargs, node)], node)
    if name.startswith(NN) and "." not in short:
        return layer(short, args, kwargs, node)
    if last in builtin.BUILTINS and start in ("", *NUMERIC):
        return f.weigh(node, builtin.builtin(f, last, args, kwargs, node, scope))
    if start in ("torch", "torch.nn.functional") and args and isinstance(args[0], Flow):
        return through(f, args[0], last, args[1:], kwargs, node)
    return of_library(f, name, args, kwargs, node)


def of_library(f: "Follower", name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """Other functions that stand around networks."""
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if name == "collections.OrderedDict" and not kwargs:
        return modules.pairs(args[0], node) if args else {}
    if name == "torch.nn.Module.__init__" and args and isinstance(args[0], Own):
        args[0].begun = True
        return None
    if (root == "torch" and last in MADE) or last.endswith("summary"):
        return shape_of(f, args if root == "torch" else args[1:], kwargs)
    if name == "torch.tensor" and len(args) == 1 and not kwargs:
        return args[0]
    if name in FIXED or UNKNOWN in args:
        return FIXED.get(name, UNKNOWN)
    raise error_at(node, foreign(name, node) if name != "collections.OrderedDict" else modules.PAIRS)


def foreign(name: str, node: ast.AST) -> Message:
    """Why a function is not followed."""
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if root == "torch" and last in tensor.BRANCHES:
        return tensor.unread(last)
    if name.startswith(FUNCTIONAL) or name.startswith("torch."):
        return Message(
            "{quoted} is not read here: only what is done to the one tensor, layer after layer.", quoted=quoted(node)
        )
    if root in OTHERS:
        return Message("This is code for {library}: networks of PyTorch are read here.", library=root)
    return Message(
        "{quoted} comes from {library}, and its layers do not stand in this text: paste those, too.",
        quoted=quoted(node),
        library=shown(root),
    )


def layer(name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Called:
    """One layer with plain values; where the text counts its features by a trial run, torch's Lazy class does."""
    if args[:1] == [UNKNOWN] and name in ("Linear",):
        name, args = f"Lazy{name}", args[1:]
    elif kwargs.get("in_features") is UNKNOWN and name == "Linear":
        name, kwargs = f"Lazy{name}", {key: one for key, one in kwargs.items() if key != "in_features"}
    values = [plain(one, arg) for one, arg in zip(args, [*node.args, *[node] * len(args)], strict=False)]
    named = {one.arg: one.value for one in node.keywords}
    given = {key: plain(one, named.get(key, node)) for key, one in kwargs.items()}
    return Called(name, tuple(values), given, node.lineno, node.col_offset + 1)


def through(f: "Follower", flow: Flow, name: str, args: Sequence[Any], kwargs: dict[str, Any], node: ast.AST) -> Any:
    """The tensor behind a function or a method of its own."""
    if f.path is None:
        raise error_at(node, "{quoted} is not read here: only in forward.")
    last = f.path.stages[-1][1] if f.path.stages else None
    if name in ("view", "reshape") and last is None:
        shape = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
        shape_of(f, shape if len(shape) > 2 else (), {})
    if name == "dropout" and "training" not in kwargs and len(args) < 2:
        note = Message(
            "Line {line}: F.dropout without training=self.training drops in eval mode, too; it is read as nn.Dropout, "
            "which does not.",
            line=getattr(node, "lineno", 0),
        )
        f.notes.append(note)
    for kind, one in tensor.layers_for(name, tuple(args), kwargs, node, last):
        flow = f.path.through(flow, one, f.path.inside(kind), node)
    return flow


def shape_of(f: "Follower", args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Take a shape in the text as one that the network is made for: of a batch, or without."""
    given = kwargs.get("size", kwargs.get("input_size", args))
    while isinstance(given, (tuple, list)) and len(given) == 1 and isinstance(given[0], (tuple, list)):
        given = given[0]
    sizes = [one for one in given if type(one) is int] if isinstance(given, (tuple, list)) else []
    if 2 <= len(sizes) == len(given) <= 5 and min(sizes[1:]) > 0:
        f.hint = tuple(sizes)
    return UNKNOWN


def bound(f: "Follower", method: Bound, node: ast.Call, scope: "Scope") -> Any:
    """A method of a layer, of the tensor, of a list or of a text."""
    owner, name = method.owner, method.name
    unchanged = (isinstance(owner, MODULES) and name in modules.AS_IT_IS) or name in tensor.SAME
    if unchanged and isinstance(owner, (*MODULES, Flow)):
        return owner
    args, kwargs = f.given(node, scope)
    if isinstance(owner, Parent):
        return functions.from_parent(f, owner, name, args, kwargs, node)
    if isinstance(owner, MODULES):
        return of_module(f, method, args, kwargs, node, scope)
    if isinstance(owner, (Flow, Open, Sizes)):
        return sizes(f, owner, name, args, kwargs, node) if isinstance(owner, Flow) else shape_of(f, args, kwargs)
    found = builtin.method(f, owner, name, args, kwargs, node)
    f.weigh(node, args)  # also where they were put into a list: it may hold itself
    return f.weigh(node, found)


def of_module(
    f: "Follower", method: Bound, args: list[Any], kwargs: dict[str, Any], node: ast.Call, scope: "Scope"
) -> Any:
    """A method that torch, or a book, gives a module."""
    if method.name == "save_hyperparameters":
        return modules.keep_arguments(method.owner, scope)
    if method.name.endswith("summary"):
        return shape_of(f, args, kwargs)
    return modules.method(f, method.owner, method.name, [*args, *kwargs.values()], node)


def sizes(f: "Follower", owner: Flow, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.AST) -> Any:
    """``x.size(0)`` is the batch; other methods of the tensor are layers."""
    if name == "size":
        return (BATCH if args[0] == 0 else UNKNOWN) if args else Sizes()
    if name in ("dim", "numel", "item", "ndimension"):
        return UNKNOWN
    if name in ("add", "mul", "sub", "div", "chunk", "split", "unbind"):
        raise error_at(node, tensor.unread("add"))
    return through(f, owner, name, args, kwargs, node)
