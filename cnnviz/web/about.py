"""What is said of a scene: lines that the player writes, above its stage and below its controls."""

from collections.abc import Mapping
from urllib.parse import urlencode

from cnnviz.content.links import Link
from cnnviz.core.back import way
from cnnviz.export.on_stage import back_words, caption_of
from cnnviz.inputs.read import read
from cnnviz.inputs.upload import Upload
from cnnviz.networks.chain import Chain
from cnnviz.scenes.build import Shown
from cnnviz.scenes.request import Request
from cnnviz.scenes.whose import of_others
from cnnviz.text import Message, _
from cnnviz.text.formula import steps
from cnnviz.text.numbers import milliseconds
from cnnviz.text.part import Part, part, parts
from cnnviz.web.markdown import axis_letters, merged, plain
from cnnviz.web.page import embedded

BACKWARD = Message("""
**dY** says how much the loss changes with each cell of the layer's output. A backward pass hands that on: dX says it of
the input, dW of the weights, db of the biases. A network learns by moving its weights against dW.

**Point at things.** A cell of the result lights what it reads; a cell that is read lights every result that it goes
into. Click to hold on to a cell, Esc to let go.

**✓ = torch.** Each cell is worked out by hand, in your browser, and compared with what torch's autograd gave.
""")


def caption(request: Request, shown: Shown, problem: Exception | None = None) -> list[Part]:
    """What is on stage, in a line: the torch calls and the input; of a network's stage its own, and whose weights."""
    if embedded() and not problem:
        return []
    if not isinstance(request.network, Chain):
        words = map(plain, filter(None, (caption_of(request, shown.view), back_words(shown))))
        return [part("p", *parts("  ·  ".join((f"`{shown.forward.layer.code()}`", *words))))]
    calls = " → ".join(f"`{layer.code()}`" for __, layer in request.network.stages)
    on = ", ".join(filter(None, (str(read(request.input).caption), of_others(request.weights))))
    source = plain(": ".join(filter(None, (on, back_words(shown)))))
    if problem:
        return [part("p", *parts(_("Still showing {calls} on {source}", calls=calls, source=source)))]
    return [part("p", *parts(_("{calls} on {source}", calls=calls, source=source)))]


def told(shown: Shown) -> list[Part]:
    """What kind of pass is on stage, if it is a backward one."""
    if not shown.view.back or embedded():
        return []
    return [part("p", *parts(plain(way(shown.forward.layer, shown.view.back.of).said)))]


def explanation(shown: Shown) -> str:
    """The first tab's text for a backward pass, as Markdown; empty for the one forward."""
    if not shown.view.back:
        return ""
    asked = way(shown.forward.layer, shown.view.back.of)
    return f"**{plain(asked.name)}.** {plain(str(asked.said))}\n\n{BACKWARD}"


def whence(shown: Shown) -> list[Part]:
    """Which pass is on stage, and where its dY comes from."""
    return [part("p", *parts(plain(back_words(shown))))] if shown.view.back else []


def facts(shown: Shown) -> list[Part]:
    """Shapes, cost and device in a line, and the rule with its numbers."""
    if embedded():
        return []
    done, cost = shown.done, shown.cost
    before, after = done.layer.torch_shapes(done.shape, len(done.x))
    told = [
        f"`({', '.join(axis_letters(before))})`  {before} → **{after}**",
        *([] if shown.view.back else [_("**{parameters:,}** parameters", parameters=cost.parameters)]),
        _("**{macs:,}** multiply-adds (MACs)", macs=cost.macs),
        f"{done.device}, {milliseconds(done.seconds, 1)}",
    ]
    if shown.unread:
        told.append(_("**{unread:,}** input cells are never read", unread=shown.unread))
    return [part("p", *parts("  ·  ".join(told))), *formulas(shown)]


def elsewhere(request: Request, name: str, words: Mapping[str, str], label: str) -> list[Part]:
    """A link to the same setting on another page; there is none where the input is a file of the reader's own."""
    if embedded() or isinstance(request.input, Upload):
        return []
    return [part("p", part("a", label, href=Link(urlencode(words), page=name).spoken, target="_self"))]


def formulas(shown: Shown) -> list[Part]:
    """The rule with its numbers, a line for all axes that have the same."""
    return [part("p", *steps(line)) for line in merged(shown.done.layer.formula(shown.done.shape))]
