"""Within a run what is found of a claim is kept for the notebooks; nothing stale is read, and nothing of
anything but the ledger's own objects."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from analysis.claims.claim import settle, settled_anew
from analysis.claims.fingerprint import fingerprint
from analysis.claims.kept import VARIABLE, keep, outcomes
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Proved, Refuted, Step

LABEL = "sigmoid-quarter-bound"
PLANTED = Proved("planted"), Refuted("planted")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's, empty."""
    made = tmp_path / fingerprint()
    made.mkdir()
    monkeypatch.setenv(VARIABLE, str(made))
    return made


def test_a_claim_is_settled_once_in_a_run(folder: Path) -> None:
    claim = CLAIMS[LABEL]
    first = settle(claim)
    assert first.sound and outcomes(claim) == (first.outcome, first.sibling)
    assert settle(claim) == first and repr(settle(claim)) == repr(first) and len(list(folder.iterdir())) == 1
    keep(claim, PLANTED)
    assert settle(claim).outcome == PLANTED[0] and claim.prove().sibling == PLANTED[1]
    assert claim.settle().status == "proved" and claim.settle() != PLANTED[0]  # a statement that is asked
    assert settled_anew(claim) == first and outcomes(claim) == (first.outcome, first.sibling)


def test_every_outcome_reads_back_as_it_was_shown(folder: Path) -> None:
    """Some of the book, whose proofs show formulas."""
    for label in (LABEL, "explosion-is-rare", "chain-gradient-any-layer"):
        first, again = settled_anew(CLAIMS[label]), settle(CLAIMS[label])
        assert again == first and first._repr_mimebundle_() == again._repr_mimebundle_()
    assert len(list(folder.iterdir())) == 3


def test_what_does_not_read_back_is_not_kept(folder: Path) -> None:
    unevaluated = sp.exp(0, evaluate=False)
    keep(CLAIMS[LABEL], (Proved("algebra", (Step("a sum", unevaluated),)), Refuted("at 0")))
    assert not list(folder.iterdir())


@pytest.mark.usefixtures("folder")
def test_only_the_ledgers_own_objects() -> None:
    claim = CLAIMS[LABEL]
    keep(claim, PLANTED)
    for other in (replace(claim), replace(claim, statement=claim.false_sibling), replace(claim, domain=None)):
        assert outcomes(other) is None and settle(other).outcome != PLANTED[0]
    assert outcomes(claim) == PLANTED


def test_nothing_is_kept_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    keep(CLAIMS[LABEL], PLANTED)
    assert outcomes(CLAIMS[LABEL]) is None and settle(CLAIMS[LABEL]).sound


def test_a_folder_that_is_gone_or_another_sources_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / ("0" * 64)
    other.mkdir()
    for path in (other, tmp_path / fingerprint()):
        monkeypatch.setenv(VARIABLE, str(path))
        keep(CLAIMS[LABEL], PLANTED)
        assert outcomes(CLAIMS[LABEL]) is None
    assert list(tmp_path.iterdir()) == [other] and not list(other.iterdir())


def test_any_change_of_the_source_is_seen(tmp_path: Path) -> None:
    """Of a text, of as many letters even, of a record, of the time alone, of a name; not what is compiled."""
    (tmp_path / "a" / "__pycache__").mkdir(parents=True)
    one, record = tmp_path / "a" / "one.py", tmp_path / "record.npz"
    one.write_text("x = 1\n")
    record.write_bytes(b"1")
    seen = [fingerprint(tmp_path)]
    (tmp_path / "a" / "__pycache__" / "one.pyc").write_bytes(b"1")
    assert fingerprint(tmp_path) == seen[0]

    def change(path: Path, text: str) -> None:
        """Another text, a second later."""
        when = path.stat().st_mtime_ns + 10**9
        path.write_text(text)
        os.utime(path, ns=(when, when))

    change(one, "x = 2\n")
    seen.append(fingerprint(tmp_path))
    change(one, "x = 1\n")
    seen.append(fingerprint(tmp_path))
    change(record, "2")
    seen.append(fingerprint(tmp_path))
    (tmp_path / "new.json").touch()
    seen.append(fingerprint(tmp_path))
    one.rename(tmp_path / "a" / "two.py")
    seen.append(fingerprint(tmp_path))
    assert len(set(seen)) == len(seen)


TOLD = f"""
from analysis.claims.ledger import CLAIMS
print(CLAIMS[{LABEL!r}].prove().outcome.how)
"""
KEPT = f"""
from analysis.claims.kept import keep
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Proved, Refuted
keep(CLAIMS[{LABEL!r}], (Proved("planted"), Refuted("planted")))
"""
EDITS = """
from pathlib import Path
from analysis.claims.kept import keep
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Proved, Refuted
claim = CLAIMS[{label!r}]
path = Path({path!r})
path.write_text(path.read_text(encoding="utf-8") + "# later\\n", encoding="utf-8")
keep(claim, (Proved("of the old source"), Refuted("at 0")))
"""


@pytest.mark.slow
def test_no_outcome_of_another_source_is_read(root: Path, tmp_path: Path) -> None:
    """In processes of their own, on a copy: one reads what another kept, until a file changes; and one whose
    source changes under it keeps nothing."""
    source = tmp_path / "source"
    shutil.copytree(root / "analysis", source / "analysis", ignore=shutil.ignore_patterns("__pycache__"))

    def run(code: str, folder: Path) -> str:
        env = os.environ | {VARIABLE: str(folder), "PYTHONPATH": str(source)}
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, cwd=source, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    def folder() -> Path:
        made = tmp_path / fingerprint(source / "analysis")
        made.mkdir()
        return made

    first = folder()
    run(KEPT, first)
    assert run(TOLD, first) == "planted"
    changed = source / "analysis" / "numeric" / "moments.py"
    text = changed.read_bytes()
    changed.write_bytes(text + b"# another\n")
    assert run(TOLD, first) != "planted"
    changed.write_bytes(text)  # taken back: modules may have been imported meanwhile
    assert run(TOLD, first) != "planted"
    second = folder()
    run(EDITS.format(label=LABEL, path=str(changed)), second)
    assert not list(second.iterdir())
