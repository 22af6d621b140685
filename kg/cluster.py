"""The parts of a build on a Ray cluster: actors that load the model once, each at one part at a time.

A worker that dies is replaced and its part made once more; if that fails, its documents are tried one by one, so that
only the one at fault is lost. Without RAY_ADDRESS a cluster of this machine is started, and ended with the build.
"""

import os
from collections import Counter, deque
from collections.abc import Generator, Iterator
from typing import Any

from kg.crew import default_workers
from kg.errors import KgError
from kg.readers import Skipped
from kg.spread import How, Part, Task, make

_ATTEMPTS = 2


class Maker:
    """What lives on the cluster."""

    def __init__(self, how: How) -> None:
        self._how = how

    def make(self, task: Task) -> Part:
        return make(task, self._how)


def parts(given: Iterator[Task], how: How, workers: int | None) -> Generator[Part, None, None]:
    """The engine for `kg.spread.build`; KgError where Ray is not installed or its cluster cannot be reached."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report home
    try:
        import ray
    except ImportError:
        raise KgError("Ray is not installed", "pip install 'conflict-kg[ray]'") from None
    ours = not ray.is_initialized()
    if ours:
        _connect(ray, workers)
    try:
        count = workers or int(ray.cluster_resources().get("CPU", 1))
        yield from _Pool(ray, how, count).parts(given)
    finally:
        if ours:
            ray.shutdown()


def _connect(ray: Any, workers: int | None) -> None:
    """To the cluster that RAY_ADDRESS names, or to one of this machine alone."""
    try:
        if os.environ.get("RAY_ADDRESS"):
            ray.init(log_to_driver=False, logging_level="error")
        else:
            os.environ.setdefault("RAY_worker_niceness", "0")  # else whatever else runs here goes before
            ray.init(
                address="local", num_cpus=workers or default_workers(), include_dashboard=False, log_to_driver=False,
                logging_level="error", _node_ip_address="127.0.0.1",
            )  # fmt: skip
    except (OSError, RuntimeError, ValueError, TimeoutError) as error:
        raise KgError(f"no Ray cluster: {error}", "see RAY_ADDRESS and the logs of Ray") from error


class _Pool:
    """Actors, and the part that each is at."""

    def __init__(self, ray: Any, how: How, count: int) -> None:
        self._ray = ray
        self._actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Maker)
        self._how = ray.put(how)
        self._idle = [self._new() for _ in range(count)]
        self._busy: dict[Any, tuple[Any, Task]] = {}

    def _new(self) -> Any:
        return self._actor.remote(self._how)

    def parts(self, given: Iterator[Task]) -> Generator[Part, None, None]:
        again: deque[Task] = deque()
        deaths: Counter[str] = Counter()
        single: dict[str, _Divided] = {}  # parts whose documents are tried one by one, by the keys of these
        while True:
            while self._idle and (task := again.popleft() if again else next(given, None)):
                actor = self._idle.pop()
                self._busy[actor.make.remote(task)] = actor, task
            if not self._busy:
                return
            (ready, *_), _ = self._ray.wait(list(self._busy), num_returns=1)
            actor, task = self._busy.pop(ready)
            try:
                part = self._ray.get(ready)
            except self._ray.exceptions.RayActorError:
                self._idle.append(self._new())
                deaths[task.key] += 1
                if deaths[task.key] < _ATTEMPTS:
                    again.append(task)
                    continue
                if len(task.documents) > 1:
                    divided = _Divided(task)
                    single |= dict.fromkeys((one.key for one in divided.tasks), divided)
                    again.extend(divided.tasks)
                    continue
                part = Part(task.key, (), (_lost(task),))
            except self._ray.exceptions.RayTaskError as error:
                raise error.cause if isinstance(error.cause, KgError) else error from None
            else:
                self._idle.append(actor)
            if task.key not in single:
                yield part
            elif whole := single[task.key].take(part):
                yield whole


class _Divided:
    """A part that is made of each of its documents alone."""

    def __init__(self, task: Task) -> None:
        self._key = task.key
        self.tasks = [Task(f"{task.key}-{at}", (document,)) for at, document in enumerate(task.documents)]
        self._made: dict[str, Part] = {}

    def take(self, part: Part) -> Part | None:
        """The whole, once the last has come."""
        self._made[part.key] = part
        if len(self._made) < len(self.tasks):
            return None
        found = [self._made[task.key] for task in self.tasks]
        documents = tuple(one for part in found for one in part.documents)
        return Part(self._key, documents, tuple(what for part in found for what in part.skipped))


def _lost(task: Task) -> Skipped:
    return Skipped(
        task.documents[0].identifier, "the worker died at it twice", "too little memory? use fewer --workers"
    )
