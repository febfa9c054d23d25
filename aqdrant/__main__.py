"""The command line: `python -m aqdrant`, or `aqdrant` where the package is installed.

Heavy modules are imported by the command that needs them, so that `--help` stays fast.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import anyio

from aqdrant._version import __version__
from aqdrant.exceptions import AqdrantError, ArgumentError

_INTERRUPTED = 130
_PIPE_CLOSED = 141
_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the process's exit code.

    Args:
        arguments: The words after the program's name; those of the process unless told.
    """
    output: TextIO = sys.stdout
    reconfigure = getattr(output, "reconfigure", None)
    if reconfigure is not None:  # docstrings hold characters that an old code page lacks
        reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
        output.flush()
    except AqdrantError as error:
        print(f"aqdrant: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end; give it somewhere to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        return _PIPE_CLOSED
    except OSError as error:
        print(f"aqdrant: {error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aqdrant", description="An async client for the Qdrant vector database."
    )
    parser.add_argument("--version", action="version", version=f"aqdrant {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo = commands.add_parser(
        "demo",
        help="index your Python's docstrings and search them",
        description=(
            "Read the docstrings of the Python standard library on this machine, index them by "
            "word and by topic in a folder, and search them. A second run only searches. Needs no "
            "network and no model."
        ),
    )
    demo.add_argument("words", nargs="*", metavar="WORD", help="what to search for, as one query")
    demo.add_argument("--limit", type=_positive, default=5, help="results a search (default: 5)")
    where = demo.add_mutually_exclusive_group()
    where.add_argument(
        "--folder",
        type=Path,
        help="where to keep the index (default: aqdrant in the user's folder of caches)",
    )
    where.add_argument("--memory", action="store_true", help="keep nothing: index in memory")
    demo.add_argument("--plain", action="store_true", help="plain text, on a terminal too")
    demo.set_defaults(command=_run_demo)
    serve = commands.add_parser(
        "serve",
        help="serve a folder, or memory, over Qdrant's REST and gRPC APIs",
        description=(
            "Run the in-process engine as a server that every client of Qdrant can talk to. "
            "Needs the extra `server`: pip install 'aqdrant[server]'."
        ),
    )
    _describe_serve(serve)
    take = commands.add_parser(
        "import",
        help="make a folder of aqdrant's of one of qdrant-client's local mode",
        description=(
            "Read a folder that qdrant-client wrote in its local mode, and write what it holds into"
            " a new folder for QdrantClient(path=...). The old one is only read; nothing that its"
            " pickles name is run."
        ),
    )
    take.add_argument("source", metavar="OFFICIAL_FOLDER", help="the folder to read")
    take.add_argument("path", metavar="NEW_FOLDER", help="the folder to make")
    take.set_defaults(command=_run_import)
    return parser


def _describe_serve(serve: argparse.ArgumentParser) -> None:
    place = serve.add_mutually_exclusive_group(required=True)
    place.add_argument("--path", metavar="FOLDER", help="the folder of the local store")
    place.add_argument("--memory", action="store_true", help="an engine in memory, empty at first")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument(
        "--port", type=_port, default=6333, help="REST port, 0 for any that is free (%(default)s)"
    )
    serve.add_argument(
        "--grpc-port", type=_port, help="gRPC port, 0 for any that is free (none; Qdrant's: 6334)"
    )
    serve.add_argument(
        "--api-key",
        default=os.environ.get("AQDRANT_API_KEY"),
        help="key that requests must bring; better in the variable AQDRANT_API_KEY, as others on"
        " this machine see arguments",
    )
    serve.add_argument("--tls-cert", metavar="FILE", help="certificate with its chain, PEM")
    serve.add_argument("--tls-key", metavar="FILE", help="private key of the certificate, PEM")
    serve.add_argument(
        "--open-to-all", action="store_true", help="serve other machines without a key"
    )
    serve.set_defaults(command=_run_serve)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be a port, 0 to {_LAST_PORT}, got {text!r}")
    return int(text)


def _run_serve(options: argparse.Namespace) -> None:
    from aqdrant._serve import serve

    anyio.run(
        partial(
            serve,
            path=options.path,
            host=options.host,
            port=options.port,
            grpc_port=options.grpc_port,
            api_key=options.api_key,
            certificate=options.tls_cert,
            private_key=options.tls_key,
            open_to_all=options.open_to_all,
        )
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)


def _run_demo(options: argparse.Namespace) -> None:
    # Read when numpy is first imported. The demo's matrices are small: beside other busy programs,
    # threads that wait for each other at every step make it ten times as slow.
    for threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    from aqdrant._demo.keeping import Place, default_folder
    from aqdrant._demo.run import run_demo
    from aqdrant._demo.show import Screen

    if options.words and not "".join(options.words).strip():
        raise ArgumentError("the query is empty.", fix="Give words, or none for the demo's own.")
    words, screen = " ".join(options.words).strip(), Screen(plain=options.plain)
    place = None
    if not options.memory:
        is_default = options.folder is None
        place = Place(default_folder() if is_default else options.folder.absolute(), is_default)
    anyio.run(partial(run_demo, words, limit=options.limit, screen=screen, place=place))


def _run_import(options: argparse.Namespace) -> None:
    from aqdrant.folders import import_folder

    counts = import_folder(options.source, options.path)
    for name, count in counts.items():
        print(f"imported {name}: {count:,} points")
    print(f"imported {len(counts)} collections into {options.path}")


if __name__ == "__main__":
    sys.exit(main())
