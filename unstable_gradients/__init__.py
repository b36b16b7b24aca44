"""The names that ``import analysis`` offers, under a name that no folder of yours has.

>>> import unstable_gradients as ug
>>> import analysis
>>> ug.SIGMOID is analysis.SIGMOID
True

The package ``analysis`` that lies beside this one is loaded by its place, so a folder ``analysis`` of your
own, in the folder where Python starts, is passed over. In that process ``analysis`` then means this book's
package, for Python has one module of a name; where yours was imported first, importing this raises
ImportError with a sentence that says so.
Processes that a sweep starts look ``analysis`` up for themselves: start one in a folder that has none.
"""

import sys
import warnings
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis import *  # noqa: F403

_PLACE = Path(__file__).resolve().parent.parent / "analysis" / "__init__.py"


def _is_ours(origin: str | None) -> bool:
    return origin is not None and Path(origin).resolve() == _PLACE


def _analysis() -> ModuleType:
    """The package ``analysis`` beside this one;
    raises ImportError where another of that name was imported before."""
    found = sys.modules.get("analysis")
    if found is not None:
        if _is_ours(getattr(found, "__file__", None)):
            return found
        where = getattr(found, "__file__", None) or "a folder without __init__.py"
        raise ImportError(
            "unstable_gradients needs its own package analysis, and another one was imported before: "
            f"{where}. "
            "Import unstable_gradients first, in a process that does without the other one."
        )
    other = PathFinder.find_spec("analysis")
    if other is not None and other.origin is not None and not _is_ours(other.origin):
        warnings.warn(
            f"in this process `analysis` is the package of unstable-gradients, not {other.origin}",
            stacklevel=3,
        )
    spec = spec_from_file_location("analysis", _PLACE, submodule_search_locations=[str(_PLACE.parent)])
    if spec is None or spec.loader is None:
        raise ImportError(f"unstable_gradients needs the package analysis beside it, {_PLACE}")
    module = module_from_spec(spec)
    sys.modules["analysis"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["analysis"]
        raise
    return module


_door = _analysis()
__version__: str = _door.__version__
__all__: list[str] = list(_door.__all__)


def __getattr__(name: str) -> object:
    return getattr(_door, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
