"""`make mutate`: try mutants of the judgement, say what became of them, and write the score down."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mutation.score import Module, keep, modules, scored
from mutation.trying import ROOM, Trial, sample, settle


@click.command()
@click.argument("only", nargs=-1)
@click.option("--sample", "wanted", default=0, help="So many mutants of each module; 0 tries all.")
@click.option("--seed", default=1, show_default=True, help="Another one takes another sample.")
@click.option("--processes", default=1, show_default=True)
@click.option(
    "--budget",
    default=5.0,
    show_default=True,
    help="Seconds of tests for one mutant, and as many of its module's own.",
)
@click.option("--state", default="build/mutation", show_default=True, type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Write the score into tests/mutation/score.json and its page.")
@click.option("--show", is_flag=True, help="Name the survivors.")
def main(
    only: tuple[str, ...], wanted: int, seed: int, processes: int, budget: float, state: Path, write: bool, show: bool
) -> None:  # fmt: skip
    """Try the mutants of these modules of src/sayso/promise, or of all. What was tried already is not tried again."""
    chosen = list(only) or modules()
    unknown = [one for one in chosen if not (ROOM / f"{one}.py").exists()]
    if unknown:
        raise click.BadParameter(f"no module of the judgement: {', '.join(unknown)}")
    trial = Trial(state, budget, lambda said: click.echo(said, err=True))
    _ = trial.entered
    settle()
    _share(trial, chosen, wanted, seed, processes)
    trial.read()
    found: dict[str, Module] = {}
    for module in chosen:
        places, every = sample(module, wanted, seed)
        found[module] = scored(trial.of(module, places), every)
        click.echo(f"{module}: {found[module]}")
        for name in found[module].survivors if show else ():
            click.echo(f"    {name}")
    if write:
        keep(found, wanted, seed)


def _share(trial: Trial, chosen: list[str], wanted: int, seed: int, processes: int) -> None:
    """Every so manieth mutant in a process of its own; what comes of it is read from the record."""
    children = []
    for part in range(processes):
        child = os.fork()
        if child:
            children.append(child)
            continue
        try:
            for module in chosen:
                places, _ = sample(module, wanted, seed)
                trial.of(module, places[part::processes])
                click.echo(f"{module} ({part + 1}/{processes})", err=True)
        except BaseException as problem:
            click.echo(f"{type(problem).__name__}: {problem}", err=True)
            os._exit(1)
        os._exit(0)
    ends = [os.waitpid(child, 0)[1] for child in children]
    if any(ends):
        sys.exit("a process did not come to its end; what it tried is kept, so start again")


main()
