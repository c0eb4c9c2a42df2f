// tests/cli/debug.cs - what a debugger has to show (tests/cli/debugger.sh). Lines are found by their
// LINE comments.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace Zoo.Animals
{
    public enum Color : byte { Red, Green = 5, Blue }
    public enum Level { Low = -3, High }

    public struct Point
    {
        public int X, Y;
        public Color Tint;
        public double Length() => Math.Sqrt(X * X + Y * Y); // LINE struct
    }

    public interface ISpeaker
    {
        int Speak(int times);
    }

    public class Animal
    {
        protected string name;
        public int Legs { get; set; }
        public Animal(string name, int legs) { this.name = name; Legs = legs; }
        public virtual int Speak(int times) => times;
    }

    public sealed class Dog : Animal, ISpeaker
    {
        public Point Home;
        public Level Mood = Level.Low;
        public List<int> Bones = new List<int>();
        public Dog Friend;
        public int[] Ages = { 3, 4, 5 };
        public Point[,] Map = new Point[2, 3];

        public class Tag<T>
        {
            public T Value;
            public Tag(T value) { Value = value; }
            public T Get(int extra)
            {
                T local = Value;
                return local; // LINE tag
            }
        }

        public Dog(string name) : base(name, 4) { }

        public override int Speak(int times)
        {
            int total = 0;
            for (int i = 0; i < times; i++)
            {
                string sound = name + i;
                total += sound.Length; // LINE speak
            }
            return total;
        }
    }

    public class Nest<T>
    {
        public Nest<Nest<T>> Next;
        public T Value;
    }

    public static class Program
    {
        static int calls = 11;
        static string title = "zoo";

        static int Outer(Dog dog, ref int counter, long big)
        {
            int captured = counter + (title.Length - calls + 8);
            Func<int, int> f = x =>
            {
                captured += x;
                return captured; // LINE lambda
            };
            counter = f(2);
            return ((ISpeaker)dog).Speak(3) + (int)big;
        }

        static IEnumerable<int> Numbers(int limit)
        {
            for (int k = 0; k < limit; k++)
                yield return k * 2; // LINE iterator
        }

        static async Task<int> Later(int wait)
        {
            int sum = wait;
            await Task.Yield();
            sum += 1;
            return sum; // LINE async
        }

        static int Fail(object o)
        {
            try
            {
                return o.GetHashCode();
            }
            catch (NullReferenceException e) when (e.Message.Length > 0)
            {
                return -1; // LINE catch
            }
        }

        [UnmanagedCallersOnly]
        static unsafe int Compare(int* a, int* b)
        {
            return *a - *b; // LINE callback
        }

        [DllImport("libc")]
        static extern unsafe void qsort(int* items, nint count, nint size, delegate* unmanaged<int*, int*, int> compare);

        static unsafe void Sort()
        {
            int* items = stackalloc int[2];
            items[0] = 2;
            items[1] = 1;
            qsort(items, 2, sizeof(int), &Compare);
        }

        static void Crash(int depth)
        {
            if (depth == 0)
                throw new InvalidOperationException("crash"); // LINE crash
            Crash(depth - 1);
        }

        public static int Main(string[] args)
        {
            var dog = new Dog("Rex") { Home = new Point { X = 3, Y = 4, Tint = Color.Green } };
            dog.Friend = dog;
            dog.Bones.Add(7);
            int counter = 40;
            int result = Outer(dog, ref counter, 5L);
            var nest = new Nest<int> { Value = 9, Next = new Nest<Nest<int>>() };
            result += nest.Value - 9;
            Sort(); // LINE nest
            foreach (int n in Numbers(2))
                result += n;
            result += Later(1).Result;
            result += new Dog.Tag<string>("tag").Get(1).Length + new Dog.Tag<Point>(dog.Home).Get(1).X;
            result += Fail(null);
            Console.WriteLine(result + " " + counter + " " + dog.Home.Length());
            if (args.Length > 0)
                Crash(2);
            return 0;
        }
    }
}
