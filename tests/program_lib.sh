# Sourced by tests/run_program.sh and scripts/record.sh: where programs live, how one is run and compared.
# The caller sets `programs` to the folder tests/programs.

program_names() # GROUP
{
    awk -v g="$1" '!/^#/ && $1 == g { print $2 }' "$programs/groups.txt"
}

program_all()
{
    awk '!/^#/ && NF { print $2 }' "$programs/groups.txt"
}

program_groups()
{
    awk '!/^#/ && NF { print $1 }' "$programs/groups.txt" | sort -u
}

program_group() # NAME
{
    local g
    g=$(awk -v n="$1" '!/^#/ && $2 == n { print $1 }' "$programs/groups.txt")
    [ -n "$g" ] || { echo "$1 is not in groups.txt" >&2; return 1; }
    echo "$g"
}

program_dir() # NAME
{
    if [ -d "$programs/$1" ]; then echo "$programs/$1"; else echo "$programs/../il/$1"; fi
}

program_source() # NAME
{
    if [ -e "$programs/$1/$1.cs" ]; then echo "$programs/$1/$1.cs"; else echo "$programs/../il/$1/$1.il"; fi
}

# The native libraries that programs call, each made of a file tests/programs/native/NAME.c or of a folder NAME of them:
# gives the folder, which the loader's search path names while a program runs.
program_natives()
{
    local source name target folder=${CORERT_NATIVE_DIR:-${work:?}/native} sources=()
    mkdir -p "$folder"
    for source in "$programs"/native/*; do
        name=$(basename "$source" .c)
        target=$folder/lib$name.so
        sources=("$source")
        [ ! -d "$source" ] || sources=("$source"/*.c)
        if [ ! -e "$target" ] || [ -n "$(find "$source" -newer "$target" -print -quit)" ]; then
            "${CC:-cc}" -O2 -fPIC -shared -fvisibility=hidden -o "$target.$$" "${sources[@]}" -lpthread && mv "$target.$$" "$target" || return 1
        fi
    done
    echo "$folder"
}

# Runs COMMAND NAME [the program's own arguments, one a line in its file `args`] with the variables of its file `env`
# (NAME=VALUE lines). Gives STEM.stdout, STEM.stderr and program_status; 124 stands for a time-out.
program_run() # NAME STEM COMMAND...
{
    local name=$1 stem=$2 dir natives arguments=() variables=()
    shift 2
    dir=$(program_dir "$name")
    if [ -e "$dir/args" ]; then mapfile -t arguments < "$dir/args"; fi
    if [ -e "$dir/env" ]; then mapfile -t variables < "$dir/env"; fi
    program_status=0
    natives=$(program_natives) || { echo "$name: the native test libraries do not compile" >&2; return 1; }
    # The subshell's own message about an aborted child is not the program's.
    { env LD_LIBRARY_PATH="$natives" LC_ALL=C.UTF-8 "${variables[@]}" timeout -k 5 "${CORERT_PROGRAM_TIMEOUT:-300}" "$@" "$name" "${arguments[@]}" > "$stem.stdout" 2> "$stem.stderr" < /dev/null; } 2> /dev/null || program_status=$?
}

# Compares what program_run left with what was recorded; says what differs.
program_compare() # NAME STEM TAG
{
    local dir want=0 ok=0
    dir=$(program_dir "$1")
    if [ -e "$dir/exitcode" ]; then want=$(cat "$dir/exitcode"); fi
    if ! cmp -s "$dir/expected.txt" "$2.stdout"; then
        echo "$1 ($3): output differs (< expected, > got)"
        diff "$dir/expected.txt" "$2.stdout" | cut -c1-300 | head -n 20
        ok=1
    fi
    if [ "$program_status" != "$want" ]; then
        echo "$1 ($3): exit code $program_status, expected $want"
        ok=1
    fi
    if [ -e "$dir/expected-stderr.txt" ] && ! cmp -s "$dir/expected-stderr.txt" "$2.stderr"; then
        echo "$1 ($3): standard error differs"
        diff "$dir/expected-stderr.txt" "$2.stderr" | head -n 10
        ok=1
    fi
    if [ $ok != 0 ]; then head -c 2000 "$2.stderr" >&2; fi
    return $ok
}
