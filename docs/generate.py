"""Writes the reference pages of the documentation from the things themselves: effects, chains, targets, commands ...

::

    catalogue ─▶ reference/effects.md, reference/effects/NAME.md with its picture
    presets/chains ─▶ reference/chains.md
    presets/targets ─▶ reference/targets.md and the table of guide/how-loud.md
    typer ─▶ reference/commands.md
    errors ─▶ the table of guide/what-can-go-wrong.md

Usage: ``python docs/generate.py [PAGES_FOLDER]``. What it writes is not kept: `make docs` makes it anew.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from effect_pictures import picture_of

import audiopost.effects
from audiopost import errors
from audiopost.cli.exit_codes import exit_code_of
from audiopost.cli.main import app
from audiopost.delivery.target import DeliveryTarget
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.library.chains import ChainInfo, list_chains, load_chain
from audiopost.library.targets import list_targets

HERE = Path(__file__).parent / "pages"
MARK = "<!-- generated: {} -->"
"""Stands in a page that people write, where a table is put in."""


def main(folder: Path) -> None:
    """Write everything below a copy of the documentation's folder."""
    reference = folder / "reference"
    (reference / "effects").mkdir(parents=True, exist_ok=True)
    names = CATALOGUE.names()
    _write(reference / "effects.md", _effects_page(names))
    for name in names:
        _write(reference / "effects" / f"{name}.md", _effect_page(CATALOGUE.entry(name)))
    _write(reference / "chains.md", _chains_page(list_chains()))
    targets = list(list_targets())
    _write(reference / "targets.md", _targets_page(targets))
    _write(reference / "commands.md", _commands_page())
    _write(reference / "python.md", _python_page())
    _fill(folder / "guide" / "how-loud.md", "targets", _loudness_table(targets))
    _fill(folder / "guide" / "what-can-go-wrong.md", "errors", _errors_table())


def _write(path: Path, lines: Iterator[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _fill(path: Path, name: str, lines: Iterator[str]) -> None:
    """Put lines behind a mark in a page; whatever an earlier run put there goes."""
    begin, end = MARK.format(name), MARK.format(f"end of {name}")
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    if not rest:
        raise ValueError(f"{path} has no mark {begin}")
    after = rest.partition(end)[2] if end in rest else rest
    body = "\n".join(lines)
    path.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", encoding="utf-8")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _effects_page(names: tuple[str, ...]) -> Iterator[str]:
    yield "# Effects\n"
    yield "Every effect of the catalogue. `audiopost effects NAME` prints the same in a terminal.\n"
    for title, belongs in (("Own effects", False), ("Built-ins of pedalboard", True)):
        yield f"## {title}\n"
        yield "| effect | what it does |\n|---|---|"
        for name in names:
            if name.startswith("pedalboard.") == belongs:
                yield f"| [{name}](effects/{name}.md) | {_cell(CATALOGUE.entry(name).summary)} |"
        yield ""


def _effect_page(entry: EffectEntry) -> Iterator[str]:
    yield f"# {entry.name}\n"
    yield f"{entry.summary.rstrip('.')}.\n"
    picture = picture_of(entry)
    if picture is not None:
        yield f'<figure role="img" aria-label="{picture.caption}">{picture.svg}</figure>\n'
        yield f"*{picture.caption}*\n"
    if entry.parameters:
        yield "## Parameters\n"
        yield "| name | unit | least | most | default | |\n|---|---|---:|---:|---:|---|"
        for each in entry.parameters:
            values = (each.minimum, each.maximum, each.default)
            told = [each.choices[round(value)] if each.choices else f"{value:g}" for value in values]
            yield f"| `{each.name}` | {each.unit} | {' | '.join(told)} | {_cell(each.summary)} |"
        yield ""
    if entry.settings:
        yield "## Settings\n"
        yield "Fixed when the effect is made.\n"
        yield "| name | kind | default | |\n|---|---|---|---|"
        for setting in entry.settings:
            kind = " or ".join(f"`{choice}`" for choice in setting.choices) or setting.kind
            default = "must be given" if setting.default is None else f"`{setting.default}`"
            yield f"| `{setting.name}` | {kind} | {default} | {_cell(setting.summary)} |"
        yield ""
    for port in entry.side_inputs:
        yield f"- Side input: `{port}`"
    if not entry.live:
        yield "- Not for live: it needs too much of the future."
    for law, reason in entry.exceptions.items():
        yield f"- Exception from the law *{law.replace('_', ' ')}*: {reason}"
    yield ""
    yield "## In use\n"
    required = "".join(f'{each.name}="...", ' for each in entry.settings if each.default is None)
    knob = "".join(f"{each.name}={each.default:g}" for each in entry.parameters[:1])
    yield f"```python\nfrom audiopost import effects as fx\n\nchain = fx.{entry.name}({required}{knob})\n```\n"
    told = f'effect = "{entry.name}"' + "".join(f"\n{each.name} = {each.default:g}" for each in entry.parameters[:1])
    yield f"```toml\n[nodes.{entry.name.rpartition('.')[2].lower()}]\n{told}\n```"


def _chains_page(chains: tuple[ChainInfo, ...]) -> Iterator[str]:
    yield "# Chains\n"
    yield f"The {len(chains)} chains that come with audiopost, by what they are for. `audiopost chains WORD` finds them"
    yield "in a terminal, `audiopost live FILE --chain NAME` plays one, and each is a text file to copy and change.\n"
    yield "They are tuned on sound at -23 LUFS. Where nothing else is said, a chain keeps the loudness of speech, music"
    yield "and effects within 1 LU: put in and taken out, it is heard for what it does, not for being louder."
    yield "`audiopost chains NAME --check FILE` measures it on a sound of yours.\n"
    families: dict[str, list[ChainInfo]] = {}
    for chain in chains:
        families.setdefault(chain.tags[0], []).append(chain)
    for family, members in sorted(families.items()):
        yield f"## {family[0].upper()}{family[1:]}\n"
        for chain in sorted(members, key=lambda each: each.name):
            yield from _chain_lines(chain)


def _chain_lines(chain: ChainInfo) -> Iterator[str]:
    graph = load_chain(chain.id)
    yield f"### {chain.name} {{ #{chain.id} }}\n"
    yield f"{chain.description}\n"
    yield f"`--chain {chain.id}` · {', '.join(chain.tags)}\n"
    if chain.made_for:
        yield f"Made for {' and '.join(chain.made_for)}."
    if chain.level_change:
        yield f"Level: {chain.level_change}"
    yield ""
    for macro in graph.macros:
        turned = ", ".join(f"`{path}` {low:g} to {high:g}" for path, low, high in macro.targets)
        yield f"- **{macro.name}**: {turned}"
    used = sorted({node.effect for _, node in graph.nodes})
    yield f"\n<details><summary>Nodes and wires</summary><pre>{escape(str(graph))}</pre></details>\n"
    yield f"Effects: {', '.join(f'[{effect}](effects/{effect}.md)' for effect in used)}\n"


def _targets_page(targets: list[DeliveryTarget]) -> Iterator[str]:
    yield "# Delivery targets\n"
    yield "Every target with its rules, its document and how sure the numbers are: *primary* where the document itself"
    yield "was read, *secondary* where others restate it.\n"
    for target in targets:
        _, *rest = target.explain().splitlines()
        yield f"## {target.name} {{ #{target.id} }}\n"
        yield f"`--target {target.id}`\n"
        for line in rest:
            yield line if line.startswith("- ") else f"\n{line}\n"
        yield ""


def _loudness_table(targets: list[DeliveryTarget]) -> Iterator[str]:
    for status, words in (("current", "What is asked today"), ("playback", "What services do when they play")):
        yield f"### {words}\n"
        yield "| target | rules | source |\n|---|---|---|"
        for target in targets:
            if target.status == status:
                link = f"[{target.name}](../reference/targets.md#{target.id})"
                yield f"| {link} | {_cell(target.in_brief())} | {_cell(str(target.source))} |"
        yield ""


def _commands_page() -> Iterator[str]:
    yield "# Commands\n"
    yield "What `audiopost COMMAND --help` prints.\n"
    for command in commands():
        run = subprocess.run(
            [sys.executable, "-m", "audiopost", command, "--help"], capture_output=True, text=True, check=True,
            env={"COLUMNS": "100", "PATH": "", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        yield f"## audiopost {command}\n\n```text\n{run.stdout.strip()}\n```\n"


def commands() -> tuple[str, ...]:
    """Every command of the program, in the order of its help."""
    single = [(each.name or each.callback.__name__) for each in app.registered_commands if each.callback]
    return (*single, *(each.name for each in app.registered_groups if each.name))


def _python_page() -> Iterator[str]:
    yield "# Python\n"
    yield "The same words as on the command line. Every name here is typed, and is fetched when it is first used.\n"
    for name in sorted(set(audiopost.__all__) - {"__version__", "effects", "errors"}, key=str.lower):
        home = getattr(audiopost, name).__module__.removeprefix("audiopost.")
        yield f"::: audiopost.{home}.{name}\n"
    yield "## Errors\n"
    for name in errors.__all__:
        if name.endswith("Error"):
            yield f"::: audiopost.errors.{name}\n    options:\n      heading_level: 3\n      members: false\n"


def _errors_table() -> Iterator[str]:
    yield "| error | exit code | what it says |\n|---|---:|---|"
    for name in errors.__all__:
        kind = getattr(errors, name)
        if not (inspect.isclass(kind) and issubclass(kind, errors.AudiopostError)) or kind is errors.AudiopostError:
            continue
        summary = re.split(r"\n\n|\.\s", inspect.cleandoc(kind.__doc__ or ""), maxsplit=1)[0]
        yield f"| `{name}` | {exit_code_of(kind.__new__(kind))} | {_cell(summary)} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
