// engine/managed/Failures.cs - what bodies throw that the compiler could not compile, with messages in the CLR's words
// (compiler/il/throwing.c).

using System;

namespace CoreRT.Companion
{
    public static class Failures
    {
        public static void TypeLoad(string message) => throw new TypeLoadException(message);

        public static void MissingMethod(string message) => throw new MissingMethodException(message);

        public static void MissingField(string message) => throw new MissingFieldException(message);
    }
}
