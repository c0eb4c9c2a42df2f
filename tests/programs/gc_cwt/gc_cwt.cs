// ConditionalWeakTable and DependentHandle: values live as long as their keys, also when they refer back, and through chains.
using System;
using System.Collections.Generic;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace gc_cwt;

class Key { public int Id; }
class Value { public Key Back; public int Id; public int[] Data = new int[10]; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Deep(int depth, Action make)
    {
        Span<int> frame = stackalloc int[8];
        frame[depth & 7] = depth;
        if (depth == 0) { if (make != null) make(); return 0; }
        return Deep(depth - 1, make) + frame[depth & 7] - depth;
    }

    static void Run(Action make) { Deep(40, make); Deep(80, null); }
    static void Collect() => GC.Collect(2, GCCollectionMode.Forced, true, true);

    internal static void Main()
    {
        var table = new ConditionalWeakTable<Key, Value>();
        var keys = new Key[300];
        var values = new WeakReference[600];
        Run(() =>
        {
            for (int i = 0; i < 600; i++)
            {
                var k = new Key { Id = i };
                var v = new Value { Id = i, Back = k }; // a cycle through the table
                table.Add(k, v);
                values[i] = new WeakReference(v);
                if (i < 300) keys[i] = k;
            }
        });
        Collect();
        Collect();
        bool right = true;
        for (int i = 0; i < 300; i++) right &= table.TryGetValue(keys[i], out Value v) && v.Id == i && v.Back == keys[i] && values[i].Target == v;
        T.P("values of live keys", right);
        int dead = 0;
        for (int i = 300; i < 600; i++) if (values[i].Target == null) dead++;
        T.P("values of dead keys die", dead > 250);
        int listed = 0;
        foreach (KeyValuePair<Key, Value> e in table) { listed++; right &= e.Key == e.Value.Back; }
        T.P("enumerates", right && listed >= 300 && listed < 350);

        T.P("again", T.Throws(() => table.Add(keys[0], new Value())));
        table.AddOrUpdate(keys[0], new Value { Id = 1000 });
        T.P("updated", table.TryGetValue(keys[0], out Value u) ? u.Id : -1);
        T.P("removed", table.Remove(keys[0]));
        T.P("not twice", table.Remove(keys[0]));
        T.P("gone", table.TryGetValue(keys[0], out _));
        T.P("made", table.GetValue(keys[0], k => new Value { Id = k.Id + 5 }).Id);
        T.P("kept", table.GetValue(keys[0], k => new Value { Id = -1 }).Id);
        T.P("tried", table.TryAdd(keys[0], new Value()));
        T.P("null key", T.Throws(() => table.Add(null, new Value())));
        var defaults = new ConditionalWeakTable<object, List<int>>();
        object ok = new object();
        defaults.GetValue(ok, _ => new List<int>()).Add(3);
        Collect();
        T.P("list", defaults.GetValue(ok, _ => new List<int>()).Count);

        // A chain of ephemerons: each value is the key of the next one. It takes several rounds of the collector to find all.
        var chain = new ConditionalWeakTable<Key, Key>();
        var first = new Key[1];
        var last = new WeakReference[1];
        Run(() =>
        {
            var k = new Key { Id = 0 };
            first[0] = k;
            var made = new List<Key> { k };
            for (int i = 1; i < 200; i++) made.Add(new Key { Id = i });
            for (int i = 198; i >= 0; i--) chain.Add(made[i], made[i + 1]); // against the direction of the search
            last[0] = new WeakReference(made[199]);
        });
        Collect();
        int length = 0;
        Run(() =>
        {
            for (Key k = first[0]; chain.TryGetValue(k, out Key next); k = next) { length++; if (next.Id != k.Id + 1) length = -1000; }
        });
        T.P("chain", length);
        T.P("its end", last[0].IsAlive);
        Run(() => first[0] = null);
        Collect();
        Collect();
        T.P("its end after the root", last[0].IsAlive);

        object a = new object();
        var h = new DependentHandle(a, new int[] { 1, 2, 3 });
        Collect();
        T.P("dependent", h.IsAllocated && ReferenceEquals(h.Target, a) && ((int[])h.Dependent)[2] == 3);
        (object t, object d) = h.TargetAndDependent;
        T.P("both", ReferenceEquals(t, a) && ((int[])d).Length == 3);
        h.Dependent = "other";
        Collect();
        T.P("set", (string)h.Dependent);
        h.Target = null;
        T.P("cleared", h.Target == null && h.Dependent == null);
        h.Dispose();
        T.P("disposed", h.IsAllocated);
        T.P("after", T.Throws(() => { object o = h.Target; }));
        GC.KeepAlive(a);
        GC.KeepAlive(keys);

        // Many tables that die, with their entries' keys alive.
        object shared = new object();
        Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                var small = new ConditionalWeakTable<object, Value>();
                small.Add(shared, new Value { Id = i });
            }
        });
        Collect();
        GC.WaitForPendingFinalizers();
        Collect();
        T.P("done");
    }
}
