// Parallel queries: joins, groups, orders, aggregates, cancellation, exceptions. What is printed does not depend on the order of work.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace plinq
{
    record Person(int Id, string Name, int Team);

    static class Program
    {
        static void Show<T>(string what, IEnumerable<T> s) => Console.WriteLine(what + ": " + string.Join(",", s));

        static Person[] People() => Enumerable.Range(0, 60).Select(i => new Person(i, "p" + i, i % 7)).ToArray();

        static void Joins(Person[] people)
        {
            ParallelQuery<string> teams = new[] { "red", "blue", "green", "black", "white" }.AsParallel().AsOrdered();

            Show("join", people.AsParallel().Join(teams, p => p.Team, t => t.Length, (p, t) => p.Name + t).OrderBy(x => x, StringComparer.Ordinal).Take(8));
            Show("group join", people.AsParallel().GroupJoin(teams, p => p.Team, t => t.Length, (p, ts) => p.Name + ts.Count()).OrderBy(x => x, StringComparer.Ordinal).Take(8));
            Show("ordered join", people.AsParallel().AsOrdered().Join(teams, p => p.Team, t => t.Length, (p, t) => p.Id + t).Take(5));
            Show("zip", people.AsParallel().AsOrdered().Zip(teams, (p, t) => p.Name + t));
        }

        static void Groups(Person[] people)
        {
            Show("groups", people.AsParallel().GroupBy(p => p.Team).OrderBy(g => g.Key).Select(g => g.Key + "/" + g.Sum(p => p.Id)));
            Show("orders", people.AsParallel().OrderByDescending(p => p.Team).ThenBy(p => p.Name, StringComparer.Ordinal).Select(p => p.Name).Take(6));
            Show("many", people.AsParallel().AsOrdered().SelectMany(p => p.Name, (p, c) => p.Team + ":" + c).Take(6));
            Show("distinct", people.AsParallel().Select(p => p.Team).Distinct().OrderBy(x => x));
            Console.WriteLine(people.AsParallel().Aggregate(0, (s, p) => s + p.Id, (a, b) => a + b, s => s * 2) + " " + people.AsParallel().Max(p => p.Id) + " " + people.AsParallel().Count(p => p.Team == 3));
        }

        static void Ends(Person[] people)
        {
            using CancellationTokenSource cancelled = new CancellationTokenSource();
            int total = 0;

            people.AsParallel().ForAll(p => Interlocked.Add(ref total, p.Id));
            Console.WriteLine("for all " + total);
            try
            {
                people.AsParallel().WithCancellation(cancelled.Token).ForAll(p => cancelled.Cancel());
                people.AsParallel().WithCancellation(cancelled.Token).ForAll(p => { });
            }
            catch (OperationCanceledException e)
            {
                Console.WriteLine("cancelled " + (e.CancellationToken == cancelled.Token));
            }
            try
            {
                people.AsParallel().Select(p => p.Id == 5 ? throw new InvalidOperationException("five") : p.Id).ToArray();
            }
            catch (AggregateException e)
            {
                Console.WriteLine(e.InnerExceptions.Count + " " + e.InnerException.Message);
            }
        }

        internal static void Main()
        {
            Person[] people = People();

            Joins(people);
            Groups(people);
            Ends(people);
        }
    }
}
