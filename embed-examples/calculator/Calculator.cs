// The smallest plugin: methods a C host calls by name.
using System;
using System.Runtime.InteropServices;

public static unsafe class Calculator
{
    static int calls;

    [UnmanagedCallersOnly(EntryPoint = "calc_add")]
    public static int Add(int a, int b)
    {
        calls++;
        return a + b;
    }

    // Reverse Polish notation, UTF-8: "2 3 + 4 *". Returns 0 and stores the value, or a negative code.
    [UnmanagedCallersOnly(EntryPoint = "calc_evaluate")]
    public static int Evaluate(byte* text, double* result)
    {
        calls++;
        try
        {
            *result = Parse(Marshal.PtrToStringUTF8((IntPtr)text));
            return 0;
        }
        catch (FormatException)
        {
            return -1;
        }
        catch (DivideByZeroException)
        {
            return -2;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "calc_calls")]
    public static int Calls() => calls;

    static double Parse(string text)
    {
        var stack = new System.Collections.Generic.Stack<double>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (double.TryParse(word, out double number))
                stack.Push(number);
            else
                stack.Push(Apply(word, stack));
        }
        if (stack.Count != 1)
            throw new FormatException(text);
        return stack.Pop();
    }

    static double Apply(string word, System.Collections.Generic.Stack<double> stack)
    {
        if (stack.Count < 2)
            throw new FormatException(word);
        double b = stack.Pop(), a = stack.Pop();
        return word switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => b != 0 ? a / b : throw new DivideByZeroException(),
            _ => throw new FormatException(word),
        };
    }
}
