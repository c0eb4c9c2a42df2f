/* tests/gc/lost_roots.c - writes a C# program full of loops that an optimiser likes to rewrite.
 *
 *   lost_roots SEED COUNT
 *
 * Each function walks arrays that nobody else knows, in one of many ways, and may allocate in every
 * round. It is run without allocations and with them, and both results must be equal. With
 * CORERT_GCSTRESS=1 CORERT_GCSTRESS_EVACUATE=1 an array of which only pointers outside of it are
 * left in registers and on the stack is overwritten at once. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

static unsigned
pick(unsigned n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % n;
}

static const char prelude[] =
    "// Written by tests/gc/lost_roots.c.\n"
    "using System;\n"
    "using System.Collections.Generic;\n"
    "using System.Runtime.CompilerServices;\n"
    "struct S12 { public int A, B, V; }\n"
    "struct S24 { public object O; public long V; public int C; }\n"
    "struct S40 { public long A, B, V, D; public string T; }\n"
    "class Node { public Node Next; public long V; }\n"
    "static unsafe class Lost\n"
    "{\n"
    "    static int[] kept;\n"
    "    // Takes the place of what was lost, with contents that show.\n"
    "    [MethodImpl(MethodImplOptions.NoInlining)]\n"
    "    static void G(int x)\n"
    "    {\n"
    "        for (int r = 0; r < 2; r++)\n"
    "        {\n"
    "            int[] j = new int[4 + (x & 31)];\n"
    "            for (int i = 0; i < j.Length; i++) j[i] = 0x5A5A5A5A;\n"
    "            kept = j;\n"
    "        }\n"
    "    }\n"
    "    [MethodImpl(MethodImplOptions.NoInlining)]\n"
    "    static Node List(int n)\n"
    "    {\n"
    "        Node head = null;\n"
    "        for (int i = 0; i < n; i++) head = new Node { Next = head, V = i * 5 };\n"
    "        return head;\n"
    "    }\n"
    "    [MethodImpl(MethodImplOptions.NoInlining)]\n"
    "    static string Text(int n)\n"
    "    {\n"
    "        char[] t = new char[n];\n"
    "        for (int i = 0; i < n; i++) t[i] = (char)('a' + i % 26);\n"
    "        return new string(t);\n"
    "    }\n"
    "    static long Value(S24 s) => s.V + (s.O is string t ? t.Length : 0);\n"
    "    static long Value(S40 s) => s.V + s.D + s.T.Length;\n";

struct element {
    const char *type;
    const char *make; /* the value at index i */
    const char *read; /* of element expression %s */
};

static const struct element elements[] = {
    {"byte", "(byte)(i * 7)", "%s"},
    {"short", "(short)(i * 31)", "%s"},
    {"int", "i * 131", "%s"},
    {"long", "i * 1313L", "%s"},
    {"double", "i * 1.5", "(long)%s"},
    {"S12", "new S12 { A = i, V = i * 17 }", "%s.V"},
    {"S24", "new S24 { O = i % 3 == 0 ? \"abc\" : null, V = i * 19, C = i }", "Value(%s)"},
    {"S40", "new S40 { A = i, V = i * 23, D = 2, T = \"de\" }", "Value(%s)"},
    {"string", "(i % 5).ToString()", "%s.Length"},
    {"int[]", "new int[] { i, i * 2 }", "%s[1]"},
};

enum { ELEMENTS = sizeof elements / sizeof elements[0] };

static void
makers(void)
{
    for (unsigned e = 0; e < ELEMENTS; e++) {
        const struct element *x = &elements[e];
        const char *type = e == ELEMENTS - 1 ? "int[n][]" : NULL;

        printf("    [MethodImpl(MethodImplOptions.NoInlining)]\n"
               "    static %s[] Make%u(int n)\n"
               "    {\n",
               x->type, e);
        if (type)
            printf("        int[][] a = new %s;\n", type);
        else
            printf("        %s[] a = new %s[n];\n", x->type, x->type);
        printf("        for (int i = 0; i < n; i++) a[i] = %s;\n"
               "        return a;\n"
               "    }\n",
               x->make);
    }
}

/* Loops over i and the index expression of the array, which covers 0 .. n - 1. */
struct loop {
    const char *head;
    const char *index;
};

static const struct loop loops[] = {
    {"for (int i = 0; i < n; i++)", "i"},
    {"for (int i = k; i < n + k; i++)", "i - k"},
    {"for (int i = k; i < n + k; i++)", "n - 1 - (i - k)"},
    {"for (int i = n - 1; i >= 0; i--)", "i"},
    {"for (int i = 0; i != n; i++)", "i"},
    {"for (int i = 0; i < n; i += 2)", "i"},
    {"for (int i = 1; i < n; i++)", "i - 1"},
    {"for (int i = n; i > 0; i--)", "n - i"},
    {"for (int i = n + k; i > k; i--)", "i - k - 1"},
    {"for (uint i = 0; i < (uint)n; i++)", "i"},
    {"for (uint i = (uint)k; i < (uint)(n + k); i++)", "i - (uint)k"},
    {"for (long i = 0; i < n; i++)", "i"},
    {"for (long i = k; i < n + k; i++)", "i - k"},
    {"for (int i = -k; i < n - k; i++)", "i + k"},
    {"for (int i = 0, j = n; i < j; i++, j--)", "(i & 1) == 0 ? i : j - 1"},
    {"for (int i = 0; i < n; i += 1 + (i & 1))", "i"},
    {"for (int i = 3 * k; i < 3 * (n + k); i += 3)", "i / 3 - k"},
    {"for (int i = 0; i < n * 4; i += 4)", "i >> 2"},
};

enum { LOOPS = sizeof loops / sizeof loops[0] };

static void
read_of(const char *array, unsigned element, const char *index)
{
    char access[128];

    snprintf(access, sizeof access, "%s[%s]", array, index);
    printf(elements[element].read, access);
}

/* One to three arrays in one of the loops. */
static void
array_loop(void)
{
    static const char *const names[] = {"a", "b", "c"};
    const struct loop *l = &loops[pick(LOOPS)];
    unsigned arrays = 1 + pick(3), element[3];

    for (unsigned i = 0; i < arrays; i++) {
        element[i] = pick(ELEMENTS);
        printf("        %s[] %s = Make%u(n);\n", elements[element[i]].type, names[i], element[i]);
    }
    printf("        %s\n        {\n", l->head);
    for (unsigned i = 0; i < arrays; i++) {
        printf("            sum = sum * 3 + ");
        read_of(names[i], element[i], l->index);
        printf(";\n");
        if (i == 0 || pick(2))
            printf("            if (call) G((int)i);\n");
    }
    printf("        }\n");
}

static void
span_loop(void)
{
    unsigned element = pick(8), from = pick(4);

    printf("        Span<%s> s = Make%u(n + %u).AsSpan(%u);\n", elements[element].type, element,
           from, from);
    if (pick(2))
        printf("        for (int i = k; i < s.Length + k; i++)\n        {\n");
    else
        printf("        for (int i = s.Length + k - 1; i >= k; i--)\n        {\n");
    printf("            if (call) G(i);\n            sum = sum * 5 + ");
    read_of("s", element, "i - k");
    printf(";\n        }\n");
}

static void
ref_loop(void)
{
    unsigned element = pick(8);
    const char *type = elements[element].type;

    printf("        %s[] a = Make%u(n);\n", type, element);
    printf("        ref %s p = ref a[0];\n", type);
    if (pick(2)) {
        printf("        ref %s end = ref Unsafe.Add(ref p, n);\n", type);
        printf("        while (Unsafe.IsAddressLessThan(ref p, ref end))\n        {\n");
    } else {
        printf("        for (int i = 0; i < n; i++)\n        {\n");
    }
    printf("            sum = sum * 7 + ");
    printf(elements[element].read, "p");
    printf(";\n            if (call) G((int)sum);\n"
           "            p = ref Unsafe.Add(ref p, 1);\n        }\n");
}

static void
grid_loop(void)
{
    unsigned element = pick(6);

    printf("        int w = 1 + n %% 7, h = n / w;\n"
           "        %s[] a = Make%u(n);\n"
           "        for (int y = k; y < h + k; y++)\n"
           "            for (int x = 0; x < w; x++)\n"
           "            {\n                sum = sum * 3 + ",
           elements[element].type, element);
    read_of("a", element, "(y - k) * w + x");
    printf(";\n                if (call%s) G(x);\n            }\n", pick(2) ? " && x == 0" : "");
}

static void
matrix_loop(void)
{
    printf("        long[,] m = new long[n, 5];\n"
           "        for (int y = 0; y < n; y++) for (int x = 0; x < 5; x++) m[y, x] = y * x;\n"
           "        for (int y = k; y < n + k; y++)\n"
           "            for (int x = 0; x < 5; x++)\n"
           "            {\n                if (call) G(y);\n"
           "                sum = sum * 3 + m[y - k, x];\n            }\n");
}

static void
write_loop(void)
{
    printf("        int[] a = Make2(n);\n        long[] b = Make3(n);\n"
           "        for (int i = k; i < n + k; i++)\n        {\n"
           "            a[i - k] += (int)b[n - 1 - (i - k)];\n"
           "            if (call) G(i);\n"
           "            b[i - k] = a[i - k] * 3;\n        }\n"
           "        for (int i = 0; i < n; i++) sum = sum * 3 + a[i] + b[i];\n");
}

static void
list_loop(void)
{
    static const char *const bodies[] = {
        "        for (Node x = List(n); x != null; x = x.Next) { sum = sum * 3 + x.V; if (call) "
        "G(k); }\n",
        "        List<long> l = new List<long>(Make3(n));\n"
        "        foreach (long v in l) { sum = sum * 3 + v; if (call) G((int)v); }\n",
        "        string t = Text(n);\n"
        "        for (int i = k; i < n + k; i++) { sum = sum * 3 + t[i - k]; if (call) G(i); }\n",
        "        ReadOnlySpan<char> t = Text(n).AsSpan(1);\n"
        "        foreach (char c in t) { if (call) G(c); sum = sum * 3 + c; }\n",
        "        foreach (string s in Make8(n)) { if (call) G(k); sum = sum * 3 + s[0]; }\n",
    };

    fputs(bodies[pick(sizeof bodies / sizeof bodies[0])], stdout);
}

static void
catch_loop(void)
{
    printf(
        "        int[] a = Make2(n);\n        string[] b = Make8(n);\n"
        "        for (int i = k; i < n + k; i++)\n        {\n"
        "            try\n            {\n"
        "                if (call) G(i);\n"
        "                if (i %% 5 == 0) throw new FormatException();\n"
        "                sum = sum * 3 + a[i - k];\n            }\n"
        "            catch (FormatException) { if (call) G(i); sum = sum * 3 + b[i - k].Length; }\n"
        "            finally { if (call) G(i); sum += a[n - 1 - (i - k)]; }\n        }\n");
}

static void
fixed_loop(void)
{
    printf("        fixed (int* p = Make2(n))\n"
           "            for (int i = k; i < n + k; i++) { sum = sum * 3 + p[i - k]; if (call) "
           "G(i); }\n");
}

static void
function(unsigned number)
{
    static void (*const kinds[])(void) = {array_loop, array_loop, array_loop, array_loop,
                                          span_loop,  ref_loop,   grid_loop,  matrix_loop,
                                          write_loop, list_loop,  catch_loop, fixed_loop};

    printf("    [MethodImpl(MethodImplOptions.NoInlining)]\n"
           "    static long F%u(int n, int k, bool call)\n    {\n        long sum = %u;\n",
           number, number);
    kinds[pick(sizeof kinds / sizeof kinds[0])]();
    printf("        return sum;\n    }\n");
}

static void
entry(unsigned count)
{
    printf("    static int Main()\n    {\n"
           "        var all = new delegate*<int, int, bool, long>[] {");
    for (unsigned i = 0; i < count; i++)
        printf("%s&F%u", i ? ", " : " ", i);
    printf(" };\n"
           "        (int n, int k)[] sizes = { (24, 7), (9, 1000) };\n"
           "        int wrong = 0;\n"
           "        for (int f = 0; f < all.Length; f++)\n"
           "            foreach ((int n, int k) in sizes)\n"
           "                if (all[f](n, k, true) != all[f](n, k, false))\n"
           "                {\n"
           "                    Console.WriteLine(\"F\" + f + \" lost something, n = \" + n);\n"
           "                    wrong++;\n"
           "                }\n"
           "        Console.WriteLine(all.Length + \" functions, wrong: \" + wrong);\n"
           "        return wrong == 0 ? 0 : 1;\n"
           "    }\n"
           "}\n");
}

int
main(int argc, char **argv)
{
    unsigned count;

    if (argc != 3) {
        fprintf(stderr, "usage: lost_roots SEED COUNT\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 10);
    count = (unsigned)strtoul(argv[2], NULL, 10);
    fputs(prelude, stdout);
    makers();
    for (unsigned i = 0; i < count; i++)
        function(i);
    entry(count);
    return 0;
}
