"""The command line.

``python -m cnnviz export LINK FILE``: the file that the tab Share would make, without a browser, as in
``python -m cnnviz export "convolution?stride=2&input=photo" strided.gif --dark``.

``python -m cnnviz train RECIPE``: weights that ship, made again, with their card.

``python -m cnnviz corpus FOLDER --network LINK --out NAME``: which sounds of a folder excite which channel.

``python -m cnnviz serve``: the site, from as many processes as there are cores, behind one port.
"""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cnnviz.cli.corpus.command import arguments as corpus_arguments
from cnnviz.cli.open_link import staged_at
from cnnviz.cli.serve.command import arguments as serve_arguments
from cnnviz.cli.train import arguments as train_arguments
from cnnviz.export import KINDS, ExportError, Look, Plan, Wanted, make
from cnnviz.text.problem import Problem
from cnnviz.web.clean import tidied


def main() -> None:
    chosen = parser().parse_args()
    try:
        chosen.run(chosen)
    except (Problem, OSError) as problem:
        sys.exit(str(problem))


def parser() -> ArgumentParser:
    made = ArgumentParser(
        prog="python -m cnnviz", description="Files of linked scenes, weights that ship, and the site itself."
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    export_arguments(commands.add_parser("export", help="write a file of the scene behind a link"))
    train_arguments(commands.add_parser("train", help="train a network by its recipe, and write weights and card"))
    corpus_arguments(commands.add_parser("corpus", help="find which sounds of a folder excite which channel"))
    serve_arguments(commands.add_parser("serve", help="serve the site from several processes behind one port"))
    return made


def export_arguments(one: ArgumentParser) -> None:
    """What may be said of a file."""
    one.add_argument("link", help="an address of the app, or from the page's name on: convolution?stride=2")
    one.add_argument("file", type=Path, help=f"what it ends in says what it is: {', '.join(KINDS)}")
    one.add_argument("--dark", action="store_true", help="in the dark theme")
    one.add_argument("--transparent", action="store_true", help="a picture without paper")
    one.add_argument("--width", type=int, default=1600, metavar="PIXELS", help="of a PNG or film, %(default)s")
    one.add_argument("--step", type=int, help="of a picture, from 1; by default where the scene opens, else the last")
    one.add_argument("--channel", type=int, help="of a film, one alone")
    one.add_argument("--first", type=int, default=1, metavar="STEP", help="of a film, from 1")
    one.add_argument("--last", type=int, metavar="STEP")
    one.add_argument("--seconds", type=float, default=0.2, help="that each step of a film is seen, %(default)s")
    one.add_argument("--most", type=int, default=300, metavar="PICTURES", help="in a film, %(default)s")
    one.set_defaults(run=export)


def export(chosen: Namespace) -> None:
    """Write the file."""
    look = Look(chosen.dark, chosen.transparent, chosen.width)
    last = None if chosen.last is None else chosen.last - 1
    plan = Plan(chosen.channel, chosen.first - 1, last, chosen.seconds, chosen.most)
    wanted = Wanted(look, None if chosen.step is None else chosen.step - 1, plan)
    staged = staged_at(chosen.link)
    if not staged.address:
        staged = replace(staged, address=tidied(chosen.link))
    put(chosen.file, make(staged, chosen.file.suffix.lower().removeprefix("."), wanted, told))


def put(file: Path, data: bytes) -> None:
    """Write a file; half of one is not left behind."""
    old = file.exists()
    try:
        file.write_bytes(data)
    except OSError as error:
        if not old:
            with suppress(OSError):
                file.unlink()
        raise ExportError("{file} cannot be written: {why}.", file=file, why=error.strerror or error) from error


def told(done: int, of: int) -> None:
    """How far a film is, in one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\rpicture {done:,} of {of:,}", end="\n" if done == of else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
