/**
 * What the shells are given: they ask `lambkin __complete` with every Tab. It answers with a line for each candidate (and a
 * description behind a tab), or with `:files` or `:folders`.
 */

export const SHELLS = ["bash", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

/** Runs in bash 3.2, which macOS has, too. A word that holds a colon is several to bash: it wants the rest of it only. */
const BASH = `_lambkin() {
  local line=\${COMP_LINE:0:COMP_POINT} answer first current prefix="" IFS=$'\\n'
  local words
  IFS=$' \\t' read -r -a words <<< "$line"
  case $line in *[[:space:]]) words[\${#words[@]}]="" ;; esac
  current=\${words[\${#words[@]}-1]}
  answer=$("\${COMP_WORDS[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  first=\${answer%%$'\\n'*}
  case $first in
    :files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    :folders) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")) ;;
    *)
      case $current in *:*) prefix=\${current%:*}: ;; esac
      COMPREPLY=()
      for first in $answer; do
        first=\${first%%$'\\t'*}
        COMPREPLY[\${#COMPREPLY[@]}]=\${first#"$prefix"}
      done
      ;;
  esac
}
complete -F _lambkin lambkin
`;

const ZSH = `#compdef lambkin
_lambkin() {
  local -a answer candidates
  local each
  answer=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${answer[1]}" in
    :files) _files ;;
    :folders) _files -/ ;;
    '') return 1 ;;
    *)
      for each in "\${answer[@]}"; do
        candidates+=("\${\${each%%$'\\t'*}//:/\\\\:}:\${each#*$'\\t'}")
      done
      _describe lambkin candidates
      ;;
  esac
}
if [ "\${funcstack[1]}" = "_lambkin" ]; then _lambkin "$@"; else compdef _lambkin lambkin; fi
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH };
