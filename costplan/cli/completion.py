"""``costplan completion``: a script that completes words in a shell."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Shell(StrEnum):
    """The shells there is a script for."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


BASH = r"""# costplan: completion for bash 3.2 and newer
_costplan_complete() {
    local kind='' line
    COMPREPLY=()
    while IFS= read -r line; do
        if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <("$1" __complete bash "$COMP_CWORD" -- "${COMP_WORDS[@]}" 2>/dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null ;;
        beginnings) compopt -o nospace 2>/dev/null ;;
    esac
    return 0
}
complete -F _costplan_complete costplan
"""
ZSH = r"""#compdef costplan
# costplan: completion for zsh
_costplan() {
    local kind='' line
    local -a values shown
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            values+=("${line%%$'\t'*}")
            shown+=("${line//$'\t'/  -- }")
        fi
    done < <(
        "${(Q)words[1]}" __complete zsh "$((CURRENT - 1))" -- "${(@Q)words[1,CURRENT]}" 2>/dev/null
    )
    case $kind in
        files) _files ;;
        beginnings) compadd -S '' -a values ;;
        *) compadd -l -d shown -a values ;;
    esac
}
if [[ ${funcstack[1]-} == _costplan ]]; then
    _costplan "$@"
else
    compdef _costplan costplan
fi
"""
FISH = r"""# costplan: completion for fish
function __costplan_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l lines ($words[1] __complete fish (count $words) -- $words "$current" 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path "$current"
    else
        printf '%s\n' $lines[2..-1]
    end
end
complete -c costplan -f -a '(__costplan_complete)'
"""
SCRIPTS = {Shell.bash: BASH, Shell.zsh: ZSH, Shell.fish: FISH}


def command(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="Which shell.")],
) -> int:
    """Print a script that completes commands, options and offers.

    Writes nothing.

    \b
    bash: eval "$(costplan completion bash)" in ~/.bashrc
    zsh:  eval "$(costplan completion zsh)" in ~/.zshrc, after compinit
    fish: costplan completion fish > ~/.config/fish/completions/costplan.fish
    """
    from costplan.cli.common.words import put

    put(SCRIPTS[shell], None)
    return 0
