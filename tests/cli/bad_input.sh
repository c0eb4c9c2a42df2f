#!/bin/sh
# tests/cli/bad_input.sh CORERTC CLASSLIB - each case: exit code 1, exactly one line on standard
# error that contains the expected words, nothing on standard output, and no output file.
set -u
corertc=$1
classlib=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
out=$dir/out.so

# reject NAME WORDS ARGUMENTS...
reject() {
    name=$1
    words=$2
    shift 2
    rm -f "$out"
    "$corertc" "$@" >"$dir/stdout" 2>"$dir/stderr"
    code=$?
    lines=$(wc -l <"$dir/stderr")
    if [ "$code" -ne 1 ] || [ "$lines" -ne 1 ] || [ -s "$dir/stdout" ] || [ -e "$out" ] || ! grep -q -e "$words" "$dir/stderr"; then
        echo "FAILED $name: exit code $code, $lines lines, expected '$words':"
        cat "$dir/stdout" "$dir/stderr"
        failures=$((failures + 1))
    fi
}

library=$classlib/framework/System.Linq.dll

reject no_input "no input"
reject unknown_option "unknown option" --frobnicate x.dll
reject two_inputs "second input" a.dll b.dll
reject option_without_operand "needs FILE" -o
reject jobs_not_a_number "not a number" --jobs many x.dll
reject feature_without_value "NAME=VALUE" --feature Foo x.dll
reject unknown_dump "no such pass" --dump nothing x.dll
reject exe_and_shared "exclude" --exe --shared x.dll
reject exe_and_static "exclude" --exe --static x.dll
reject drop_in_and_exe "drop-in" --drop-in --exe x.dll
reject why_with_map "compiles nothing" --why Name --map "$dir/m" x.json
reject name_not_an_identifier "not an identifier" --self-contained --name a-b -o "$out" "$library"
reject header_nowhere "no such folder" --self-contained --header "$dir/none/x.h" -o "$out" "$library"
reject map_is_a_folder "it is a folder" --self-contained --map "$dir" -o "$out" "$library"
reject missing_file "nowhere.dll" --self-contained -o "$out" "$dir/nowhere.dll"
mkdir "$dir/folder.dll"
reject folder_as_input "folder.dll" --self-contained -o "$out" "$dir/folder.dll"
: >"$dir/empty.dll"
reject empty_file "empty.dll" --self-contained -o "$out" "$dir/empty.dll"
echo "this is text" >"$dir/text.dll"
reject text_file "text.dll" --self-contained -o "$out" "$dir/text.dll"
reject elf_file "sh" --self-contained -o "$out" /bin/sh
reject missing_reference_folder "no such file or folder" --self-contained -r "$dir/none" -o "$out" "$library"
reject needs_framework "framework module" --shared -o "$out" "$library"
reject no_entry_point "entry point" --exe -o "$out" "$library"
reject no_linker "no-such-linker" --self-contained --linker "$dir/no-such-linker" -o "$out" "$library"
for size in 1 64 128 300 512 1024 4096 20000; do
    head -c "$size" "$library" >"$dir/cut.dll"
    reject "truncated_to_$size" "cut.dll" --self-contained -o "$out" "$dir/cut.dll"
done
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
