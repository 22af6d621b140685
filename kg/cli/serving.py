"""The command that serves a graph."""

from typing import Annotated

import typer

from kg.cli.calls import Graph, app


@app.command(
    epilog="[bold]kg serve graph.ttl --port 8000[/]  then open http://127.0.0.1:8000/\n\n"
    "[bold]KG_TOKEN=… kg serve graph.ttl --host 0.0.0.0[/]  for whoever has the token\n\n"
    "[bold]kg serve graph.ttl --host 0.0.0.0 --public --allow-origin '*'[/]  for everybody"
)
def serve(
    graph: Graph,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; others than this machine's need what follows.")
    ] = "127.0.0.1",
    token: Annotated[
        str, typer.Option(envvar="KG_TOKEN", help="Answer only to who sends this, as Bearer or as the password.")
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="Let anybody ask who can reach the address.")] = False,
    allow_origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="Let scripts of this web site read; * for all.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="What a query may take.")] = 30,
    memory: Annotated[int, typer.Option(min=256, metavar="MIB", help="Memory that a query may take.")] = 2048,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Queries that may run at the same time.")] = 12,
) -> None:
    """Serve a graph, read-only: SPARQL at /sparql, a page to explore at /. Ctrl-C ends it."""
    from kg import server

    access = server.Access(host, token, public, tuple(allow_origin or ()))
    server.serve(graph, port, access, timeout, workers, memory << 20)
