// tests/cli/small.cs - a small program with a little of everything, whose bytes mutate.c changes.
using System;
using System.Collections.Generic;

interface IShape { int Area(); }
struct Point { public int X, Y; public string Name; }
enum Colour : byte { Red, Green }

abstract class Shape : IShape
{
    protected Point at;
    public abstract int Area();
    public virtual string Text => $"{GetType() == typeof(Square)} {at.Name} {Area()}";
}

sealed class Square : Shape
{
    readonly int side;
    static int made;
    public Square(int side) { this.side = side; at = new Point { X = side, Name = "p" }; made++; }
    public override int Area() => checked(side * side) + made - made;
}

static class Small
{
    static IEnumerable<int> Count(int n) { for (int i = 0; i < n; i++) yield return i; }
    static T Last<T>(IEnumerable<T> items) { T last = default; foreach (T x in items) last = x; return last; }

    static int Main(string[] args)
    {
        var shapes = new List<Shape> { new Square(3), new Square(4) };
        Func<int, int> twice = x => x * 2 + args.Length;
        long[] numbers = { 1, 2, 3, 4, 5, 6, 7, 8 };
        double sum = 0;

        try
        {
            foreach (Shape s in shapes)
                sum += s.Area() / (s.Area() - 9);
        }
        catch (DivideByZeroException e) when (e.Message.Length > 0)
        {
            sum = twice(Last(Count(5)));
        }
        finally
        {
            sum += numbers[7];
        }
        switch (args.Length)
        {
            case 0: sum++; break;
            case 1: sum--; break;
            case 2: sum *= 2; break;
        }
        Console.WriteLine(shapes[0].Text + " " + sum.ToString() + " " + (int)Colour.Green);
        return 0;
    }
}
