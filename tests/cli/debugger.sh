#!/bin/sh
# tests/cli/debugger.sh CORERTC CLASSLIB WORK SOURCE.cs - a C# program under gdb: lines, frames across
# managed and native code, parameters, locals, fields, types. Then the stack of a crash in words.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
corertc=$1
classlib=$2
work=$3
source=$4
command -v gdb >/dev/null || exit 77
mkdir -p "$work"
cd "$work"
bad=0

line() { grep -n "LINE $1\$" "$source" | cut -d: -f1; }

complain()
{
    echo "$1"
    bad=1
}

# expect FILE: each line of the standard input is a pattern; they match lines in this order.
expect()
{
    awk -v text="$1" '
        BEGIN { at = n = 0; while ((getline l < text) > 0) lines[n++] = l }
        {
            for (found = 0; at < n && !found; at++) found = lines[at] ~ $0
            if (!found) { print text ": nothing more matches: " $0; failed = 1; exit }
        }
        END { exit failed }' || bad=1
}

sh "$here/../compile_cs.sh" "$classlib" debug.dll -optimize- -debug:portable "$source"
"$corertc" debug.dll --exe -O0 -g -o debug
"$corertc" debug.dll --exe -O0 -g --jobs 1 -o debug.1
cmp debug debug.1 || complain "-g is not deterministic"

cat >debug.gdb <<END
set pagination off
set confirm off
set width 0
set debuginfod enabled off
break Zoo::Animals::Program::Outer
run
echo --outer\n
info args
print *dog
break debug.cs:$(line lambda)
continue
echo --lambda\n
print Zoo::Animals::Program::statics.calls
print Zoo::Animals::Program::static_refs.title->Data
bt 2
print captured
break debug.cs:$(line speak)
continue
echo --speak\n
info args
info locals
print sound->Data
print Legs
print this->Home.Tint
print Mood
print this->Ages->Length
print this->Ages->Data[1]
print this->Map->Lengths
print *this->Bones
print this->Bones->_items->Data[0]
print this->Friend == this
ptype this->Home
whatis this
clear debug.cs:$(line speak)
finish
break debug.cs:$(line nest)
continue
echo --nest\n
print *nest
print nest->Next->Next
break debug.cs:$(line callback)
continue
echo --callback\n
bt 8
print *a
break debug.cs:$(line iterator)
continue
echo --iterator\n
print *this
clear debug.cs:$(line iterator)
break debug.cs:$(line async)
continue
echo --async\n
print sum
break debug.cs:$(line tag)
continue
echo --tag\n
bt 1
print local
continue
bt 1
print local
break debug.cs:$(line struct)
break debug.cs:$(line catch)
continue
echo --catch\n
print e->_message->Data
continue
echo --struct\n
print *this
print X + Y
kill
END
gdb -batch -nx -x debug.gdb ./debug >gdb.txt 2>&1 || complain "gdb failed"
expect gdb.txt <<END
^Breakpoint 1, Zoo::Animals::Program::Outer \(dog=0x[0-9a-f]+, counter=@0x[0-9a-f]+: 40, big=5\) at .*debug.cs:
^--outer
^counter = @0x[0-9a-f]+: 40
^big = 5
Legs = 4}, Home = {X = 3, Y = 4, Tint = Zoo::Animals::Green}, Mood = Zoo::Animals::Low
^--lambda
^.[0-9]+ = 11
u"zoo"
^#0 .*Outer_b__0 \(this=0x[0-9a-f]+, x=2\) at .*debug.cs:$(line lambda)
^#1 .* in Zoo::Animals::Program::Outer \(
^.[0-9]+ = 42
^--speak
^this = 0x
^times = 3
^i = 0
^total = 0
^.[0-9]+ = 0x[0-9a-f]+ u"Rex0"
^.[0-9]+ = 4
^.[0-9]+ = Zoo::Animals::Green
^.[0-9]+ = Zoo::Animals::Low
^.[0-9]+ = 3
^.[0-9]+ = 4
^.[0-9]+ = {2, 3}
_size = 1, _version = 1}
^.[0-9]+ = 7
^.[0-9]+ = true
^type = struct Zoo::Animals::Point {
^    int X;
^    Zoo::Animals::Color Tint;
^type = Zoo::Animals::Dog \*
^Value returned is .* = 12
^--nest
Next = 0x[0-9a-f]+, Value = 9}
^.[0-9]+ = .* 0x0
^--callback
^#0 +Zoo::Animals::Program::Compare \(
native:
msort|qsort
Zoo::Animals::Program::Sort \(\) at .*debug.cs:
Zoo::Animals::Program::Main\(
^.[0-9]+ = [12]
^--iterator
limit = 2,.* k = 0
^--async
^.[0-9]+ = 2
^--tag
^#0 +Zoo::Animals::Dog::Tag<System::Object>::Get \(
^#0 +Zoo::Animals::Dog::Tag<Zoo::Animals::Point>::Get \(
^.[0-9]+ = {X = 3, Y = 4, Tint = Zoo::Animals::Green}
^--catch
u"Object reference not set
^--struct
^.[0-9]+ = {X = 3, Y = 4, Tint = Zoo::Animals::Green}
^.[0-9]+ = 7
END

# Through each stub of the engine, one instruction at a time: the frames above stay.
cat >stubs.py <<'END'
import gdb
gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("set debuginfod enabled off")
gdb.execute("break Zoo::Animals::Program::Main")
gdb.execute("run > /dev/null")
gdb.execute("delete")

def frames():
    f, names = gdb.newest_frame(), []
    while f is not None:
        names.append(f.name() or "?")
        f = f.older()
    return names

for stub in ["RhpNewFast", "RhpNewArray", "RhpInitialDynamicInterfaceDispatch", "RhpThrowEx"]:
    gdb.execute("tbreak *'%s'" % stub)
    gdb.execute("continue", to_string=True)
    if not gdb.selected_thread() or gdb.selected_frame().name() != stub:
        print("stub %s: not reached" % stub)
        break
    above, steps = frames()[1:], 0
    while gdb.newest_frame().name() == stub and steps < 60:
        if frames()[1:] != above:
            print("stub %s, instruction %d: %s" % (stub, steps, frames()))
            break
        gdb.execute("stepi", to_string=True)
        steps += 1
    print("stub %s: %d steps below %s" % (stub, steps, [n for n in above if "Program" in n][:1]))
gdb.execute("kill")
END
gdb -batch -nx -x stubs.py ./debug >stubs.txt 2>&1 || complain "gdb failed in the stubs"
if [ "$(grep -c '^stub .* steps below .*Program' stubs.txt)" != 4 ] || grep -E 'instruction|not reached' stubs.txt; then
    complain "the frames above a stub:"
    cat stubs.txt
fi

# The engine's own words, and the class library's after them.
code=0
CORERT_STACK=1 ./debug crash >out.txt 2>crash.txt || code=$?
[ $code = 134 ] || complain "the crash ended with $code"
expect crash.txt <<END
^corert: #0 Zoo.Animals.Program.Crash\(System.Int32\)\+0x[0-9a-f]+ in .*debug.cs:$(line crash) \(debug\)
^corert: #1 Zoo.Animals.Program.Crash\(System.Int32\)
^corert: #3 Zoo.Animals.Program.Main\(System.String\[\]\)
^corert: #[0-9]+ corert_main\+0x
^Unhandled exception\. .*crash
END
code=0
./debug crash >out.txt 2>plain.txt || code=$?
! grep '^corert:' plain.txt || complain "frames that nobody asked for"

# The same PDB inside the assembly.
mkdir -p embedded
sh "$here/../compile_cs.sh" "$classlib" embedded/debug.dll -optimize- -debug:embedded "$source"
"$corertc" embedded/debug.dll --exe -O0 -g -o embedded/debug
gdb -batch -nx -ex "info scope Zoo::Animals::Dog::Speak" embedded/debug >scope.txt 2>&1
expect scope.txt <<END
^Symbol this is
^Symbol times is
END
grep -q 'Symbol total is' scope.txt || complain "no locals from the embedded PDB"
exit $bad
