// A byte-code machine on spans: ref structs with ref fields, stackalloc, filters, pooled arrays.
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;

namespace wide_machine;
static class Program
{
    enum Op : byte
    {
        Push,
        Add,
        Sub,
        Mul,
        Dup,
        Swap,
        Jnz,
        Jmp,
        Load,
        Store,
        Call,
        Ret,
        Print,
        Halt,
        Lt
    }

    ref struct Stack
    {
        Span<long> room;
        int top;
        ref long peak;
        public Stack(Span<long> r, ref long p)
        {
            room = r;
            top = 0;
            peak = ref p;
        }

        public void Push(long v)
        {
            room[top++] = v;
            if (top > peak)
                peak = top;
        }

        public long Pop() => room[--top];
        public ref long Top => ref room[top - 1];
        public int Depth => top;
    }

    readonly struct Instr
    {
        public readonly Op Op;
        public readonly int A;
        public Instr(Op o, int a = 0)
        {
            Op = o;
            A = a;
        }

        public void Deconstruct(out Op o, out int a) => (o, a) = (Op, A);
    }

    sealed class VmError(string m, int pc) : Exception(m)
    {
        public int Pc => pc;
        public override string Message => base.Message + " at " + Pc.ToString();
    }

    static long Run(ReadOnlySpan<Instr> code, Span<long> memory, Action<long> print, out long peak)
    {
        peak = 0;
        Span<long> room = stackalloc long[64];
        Span<int> calls = stackalloc int[16];
        var s = new Stack(room, ref peak);
        int cp = 0, pc = 0;
        long steps = 0;
        while (true)
        {
            steps++;
            if (steps > 1_000_000)
                throw new VmError("too long", pc);
            var(op, a) = code[pc++];
            try
            {
                switch (op)
                {
                    case Op.Push:
                        s.Push(a);
                        break;
                    case Op.Add:
                    {
                        long y = s.Pop();
                        s.Top += y;
                        break;
                    }

                    case Op.Sub:
                    {
                        long y = s.Pop();
                        s.Top -= y;
                        break;
                    }

                    case Op.Mul:
                    {
                        long y = s.Pop();
                        s.Top = checked(s.Top * y);
                        break;
                    }

                    case Op.Lt:
                    {
                        long y = s.Pop();
                        s.Top = s.Top < y ? 1 : 0;
                        break;
                    }

                    case Op.Dup:
                        s.Push(s.Top);
                        break;
                    case Op.Swap:
                    {
                        long x = s.Pop(), y = s.Pop();
                        s.Push(x);
                        s.Push(y);
                        break;
                    }

                    case Op.Jnz:
                        if (s.Pop() != 0)
                            pc = a;
                        break;
                    case Op.Jmp:
                        pc = a;
                        break;
                    case Op.Load:
                        s.Push(memory[a]);
                        break;
                    case Op.Store:
                        memory[a] = s.Pop();
                        break;
                    case Op.Call:
                        calls[cp++] = pc;
                        pc = a;
                        break;
                    case Op.Ret:
                        pc = calls[--cp];
                        break;
                    case Op.Print:
                        print(s.Pop());
                        break;
                    case Op.Halt:
                        return steps;
                    default:
                        throw new VmError("bad op", pc - 1);
                }
            }
            catch (IndexOutOfRangeException)when (s.Depth == 0 || cp == 0 || s.Depth == 64)
            {
                throw new VmError("stack", pc - 1);
            }
            catch (OverflowException e)
            {
                throw new VmError("overflow", e.Message.Length > 0 ? pc - 1 : 0);
            }
        }
    }

    static void Try(string name, params Instr[] code)
    {
        var pool = ArrayPool<long>.Shared.Rent(100);
        Array.Clear(pool);
        var outp = new List<long>();
        try
        {
            long n = Run(code, pool, outp.Add, out var peak);
            Console.WriteLine($"{name}: {string.Join(' ', outp)} steps {n} peak {peak}");
        }
        catch (VmError e)
        {
            Console.WriteLine($"{name}: {e.Message} after {outp.Count}");
        }
        catch (IndexOutOfRangeException)
        {
            Console.WriteLine(name + " index");
        }
        finally
        {
            ArrayPool<long>.Shared.Return(pool);
        }
    }

    public static void Main()
    {
        Instr I(Op o, int a = 0) => new(o, a);
        Try("count", I(Op.Push, 10), I(Op.Dup), I(Op.Print), I(Op.Push, 1), I(Op.Sub), I(Op.Dup), I(Op.Jnz, 1), I(Op.Halt));
        Try("fact", I(Op.Push, 1), I(Op.Store, 0), I(Op.Push, 1), I(Op.Store, 1), I(Op.Load, 0), I(Op.Load, 1), I(Op.Mul), I(Op.Dup), I(Op.Print), I(Op.Store, 0), I(Op.Load, 1), I(Op.Push, 1), I(Op.Add), I(Op.Store, 1), I(Op.Jmp, 4));
        Try("under", I(Op.Add));
        Try("ret", I(Op.Ret));
        Try("deep", I(Op.Push, 1), I(Op.Jmp, 0));
        Try("calls", I(Op.Call, 2), I(Op.Halt), I(Op.Push, 7), I(Op.Print), I(Op.Ret));
        Try("rec", I(Op.Call, 0));
        Try("bad", new Instr((Op)99));
        Try("loop", I(Op.Jmp, 0));
        Try("off", I(Op.Jmp, 1));
        Try("mem", I(Op.Push, 3), I(Op.Store, 5), I(Op.Load, 5), I(Op.Print), I(Op.Halt));
    }
}
