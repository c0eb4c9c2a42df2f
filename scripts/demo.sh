#!/bin/sh
# scripts/demo.sh - set-up, build, then two things to see:
#   1. a console program, compiled ahead of time to one executable
#   2. embed-examples/calculator: a C host that calls a C# module
# Needs nothing but what scripts/setup.sh brings. Everything it makes is below build/release/demo.
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
build=$top/build/release
demo=$build/demo

step() { printf '\n== %s\n' "$*"; }

step "set-up and build"
scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release

step "hello: dotnet build, corertc --exe, run"
mkdir -p "$demo/hello"
cat >"$demo/hello/hello.csproj" <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net9.0</TargetFramework>
    <UseAppHost>false</UseAppHost>
  </PropertyGroup>
</Project>
EOF
cat >"$demo/hello/Hello.cs" <<'EOF'
using System;
using System.Collections.Generic;
using System.Linq;

internal static class Hello
{
    private static int Main(string[] args)
    {
        var words = new List<string> { "Hello", "from", "a", "native", "executable" };

        words.AddRange(args);
        Console.WriteLine(string.Join(" ", words));
        Console.WriteLine($"sum of squares to 10: {Enumerable.Range(1, 10).Sum(x => x * x)}");
        try
        {
            throw new InvalidOperationException("caught as it should be");
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        return 0;
    }
}
EOF
scripts/dotnet.sh build "$demo/hello/hello.csproj" -c Release -o "$demo/hello/out" -v quiet
"$build/bin/corertc" --exe -O2 -o "$demo/hello/hello" "$demo/hello/out/hello.dll"
ls -l "$demo/hello/hello" | awk '{print $5 " bytes"}'
"$demo/hello/hello" with arguments

step "calculator: a C host and its C# module"
scripts/dotnet.sh build "$(echo embed-examples/calculator/*.csproj)" -c Release -o "$demo/calculator" -v quiet \
    -p:BaseIntermediateOutputPath="$demo/calculator/obj/"
module=$(basename "$(echo embed-examples/calculator/*.csproj)" .csproj)
"$build/bin/corertc" --shared --self-contained -O2 -o "$demo/calculator/$module.so" "$demo/calculator/$module.dll"
cc -O2 -Iinclude -I"$demo/calculator" -o "$demo/calculator/host" embed-examples/calculator/*.c \
    -L"$build/lib" -lcorert -Wl,-rpath,"$build/lib"
(cd "$demo/calculator" && ./host "./$module.so")

step "arena: a game loop in C whose 4,000 entities think in C#"
scripts/dotnet.sh build embed-examples/arena/arena.csproj -c Release -o "$demo/arena" -v quiet \
    -p:BaseIntermediateOutputPath="$demo/arena/obj/"
"$build/bin/corertc" --shared --self-contained -O2 -o "$demo/arena/arena.so" "$demo/arena/arena.dll"
cc -O2 -Iinclude -o "$demo/arena/host" embed-examples/arena/host.c -L"$build/lib" -lcorert -lpng \
    -Wl,-rpath,"$build/lib"
"$demo/arena/host" "$demo/arena/arena.so" "$demo/arena/arena.png"

step "done; the arena's last frame is $demo/arena/arena.png"
