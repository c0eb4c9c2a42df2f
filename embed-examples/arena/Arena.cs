// embed-examples/arena/Arena.cs - the behaviour of the arena's entities.
// The entities live in the host's memory; the plugin sees them as a Span and copies nothing. What an
// entity thinks is an object of its own: classes, generics, LINQ and exceptions as in any C# program.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

public enum EntityKind { Grazer, Hunter, Drifter }

[StructLayout(LayoutKind.Sequential)]
public struct Entity
{
    public float X, Y, VX, VY, Energy;
    public EntityKind Kind;
    public uint Rgb;
    public int Id;
}

[StructLayout(LayoutKind.Sequential)]
public struct FrameReport
{
    public int Alive, Caught, Fainted, Best;
}

// Functions that the host gives by name.
internal static unsafe class Host
{
    [DllImport("host", EntryPoint = "arena_random")]
    internal static extern uint Random();

    [DllImport("host", EntryPoint = "arena_log")]
    internal static extern void Log([MarshalAs(UnmanagedType.LPUTF8Str)] string text);
}

public sealed class FaintedException : Exception
{
    public FaintedException(int id) : base($"entity {id} fainted") => Id = id;

    public int Id { get; }
}

// Who is near: cells of fixed size with lists of what is inside.
public sealed class Grid<T>
{
    private readonly List<T>[] cells;
    private readonly int columns, rows;
    private readonly float size;

    public Grid(float width, float height, float size)
    {
        this.size = size;
        columns = (int)(width / size) + 1;
        rows = (int)(height / size) + 1;
        cells = new List<T>[columns * rows];
        for (int i = 0; i < cells.Length; i++)
            cells[i] = new List<T>();
    }

    public void Clear()
    {
        foreach (List<T> cell in cells)
            cell.Clear();
    }

    public void Add(float x, float y, T item) => cells[Row(y) * columns + Column(x)].Add(item);

    public IEnumerable<T> Near(float x, float y)
    {
        int column = Column(x), row = Row(y);

        for (int r = Math.Max(0, row - 1); r <= Math.Min(rows - 1, row + 1); r++)
            for (int c = Math.Max(0, column - 1); c <= Math.Min(columns - 1, column + 1); c++)
                foreach (T item in cells[r * columns + c])
                    yield return item;
    }

    private int Column(float x) => Math.Clamp((int)(x / size), 0, columns - 1);

    private int Row(float y) => Math.Clamp((int)(y / size), 0, rows - 1);
}

// What every mind sees of a frame.
public readonly ref struct World
{
    public World(Span<Entity> entities, Grid<int> grid, float step)
    {
        Entities = entities;
        Grid = grid;
        Step = step;
    }

    public Span<Entity> Entities { get; }
    public Grid<int> Grid { get; }
    public float Step { get; }
}

public abstract class Mind
{
    private readonly Queue<(float X, float Y)> trail = new Queue<(float, float)>();

    // Changes its own entity; returns how many others it caught.
    public abstract int Think(ref Entity self, World world);

    public float Travelled
    {
        get
        {
            float sum = 0;
            (float X, float Y)? last = null;

            foreach ((float X, float Y) at in trail)
            {
                if (last is (float x, float y))
                    sum += MathF.Sqrt((at.X - x) * (at.X - x) + (at.Y - y) * (at.Y - y));
                last = at;
            }
            return sum;
        }
    }

    public void Remember(in Entity self)
    {
        trail.Enqueue((self.X, self.Y));
        if (trail.Count > 8)
            trail.Dequeue();
    }

    protected static void Steer(ref Entity self, float x, float y, float force)
    {
        float dx = x - self.X, dy = y - self.Y;
        float length = MathF.Sqrt(dx * dx + dy * dy) + 0.001f;

        self.VX += dx / length * force;
        self.VY += dy / length * force;
    }
}

public sealed class Grazer : Mind
{
    public override int Think(ref Entity self, World world)
    {
        foreach (int other in world.Grid.Near(self.X, self.Y))
        {
            ref Entity near = ref world.Entities[other];

            if (near.Kind == EntityKind.Hunter && near.Energy > 0)
                Steer(ref self, 2 * self.X - near.X, 2 * self.Y - near.Y, 4);
        }
        self.Energy = MathF.Min(self.Energy + 4 * world.Step, 20);
        return 0;
    }
}

public sealed class Hunter : Mind
{
    public override int Think(ref Entity self, World world)
    {
        int caught = 0, victim = -1;
        float nearest = float.MaxValue;

        foreach (int other in world.Grid.Near(self.X, self.Y))
        {
            ref Entity near = ref world.Entities[other];
            float dx = near.X - self.X, dy = near.Y - self.Y, distance = dx * dx + dy * dy;

            if (near.Kind == EntityKind.Grazer && near.Energy > 0 && distance < nearest)
            {
                nearest = distance;
                victim = other;
            }
        }
        if (victim >= 0)
        {
            ref Entity prey = ref world.Entities[victim];

            Steer(ref self, prey.X, prey.Y, 6);
            if (nearest < 9)
            {
                self.Energy += prey.Energy / 2;
                prey.Energy = 0;
                caught = 1;
            }
        }
        self.Energy -= 2 * world.Step;
        if (self.Energy < 0)
            throw new FaintedException(self.Id);
        return caught;
    }
}

public sealed class Drifter : Mind
{
    public override int Think(ref Entity self, World world)
    {
        if (Host.Random() % 16 == 0)
        {
            self.VX += Host.Random() % 21 - 10f;
            self.VY += Host.Random() % 21 - 10f;
        }
        return 0;
    }
}

public static unsafe class Arena
{
    private static readonly Dictionary<int, Mind> minds = new Dictionary<int, Mind>();
    private static Grid<int> grid;
    private static float width, height;

    // entity_bytes: the host's sizeof, so that a changed struct is noticed. 0 = well.
    [UnmanagedCallersOnly(EntryPoint = "arena_start")]
    public static int Start(Entity* entities, int count, int entityBytes, float width, float height)
    {
        if (entityBytes != sizeof(Entity))
            return 1;
        Arena.width = width;
        Arena.height = height;
        grid = new Grid<int>(width, height, 20);
        foreach (ref Entity e in new Span<Entity>(entities, count))
        {
            minds[e.Id] = Create(e.Kind);
            e.Rgb = e.Kind switch
            {
                EntityKind.Grazer => 0x40C040,
                EntityKind.Hunter => 0xE03030,
                _ => 0x3060D0,
            };
        }
        Host.Log($"{count} entities: " + string.Join(", ", minds.Values
            .GroupBy(m => m.GetType() == typeof(Hunter) ? "hunters" : m is Grazer ? "grazers" : "drifters")
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Count()} {g.Key}")));
        return 0;
    }

    private static Mind Create(EntityKind kind) => kind switch
    {
        EntityKind.Grazer => new Grazer(),
        EntityKind.Hunter => new Hunter(),
        EntityKind.Drifter => new Drifter(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [UnmanagedCallersOnly(EntryPoint = "arena_frame")]
    public static void Frame(Entity* memory, int count, float step, FrameReport* report)
    {
        Span<Entity> entities = new Span<Entity>(memory, count);
        World world = new World(entities, grid, step);
        FrameReport result = default;

        grid.Clear();
        for (int i = 0; i < count; i++)
            if (entities[i].Energy > 0)
                grid.Add(entities[i].X, entities[i].Y, i);
        foreach (ref Entity e in entities)
        {
            if (e.Energy <= 0)
                continue;
            try
            {
                result.Caught += minds[e.Id].Think(ref e, world);
            }
            catch (FaintedException fainted)
            {
                e.Energy = 0;
                minds.Remove(fainted.Id);
                result.Fainted++;
                continue;
            }
            Move(ref e, step);
            minds[e.Id].Remember(e);
        }
        foreach (ref Entity e in entities)
            if (e.Energy > 0)
                result.Alive++;
        result.Best = Best(entities);
        *report = result;
    }

    private static void Move(ref Entity e, float step)
    {
        float speed = MathF.Sqrt(e.VX * e.VX + e.VY * e.VY), most = e.Kind == EntityKind.Hunter ? 50 : 40;

        if (speed > most)
        {
            e.VX *= most / speed;
            e.VY *= most / speed;
        }
        e.X += e.VX * step;
        e.Y += e.VY * step;
        if (e.X < 0 || e.X >= width)
            e.VX = -e.VX;
        if (e.Y < 0 || e.Y >= height)
            e.VY = -e.VY;
        e.X = Math.Clamp(e.X, 0, width - 1);
        e.Y = Math.Clamp(e.Y, 0, height - 1);
    }

    private static int Best(Span<Entity> entities)
    {
        int best = -1;
        float most = 0;

        foreach (ref Entity e in entities)
        {
            if (e.Energy > most)
            {
                most = e.Energy;
                best = e.Id;
            }
        }
        return best;
    }

    // The ten that moved most of late, as one line for the host's log.
    [UnmanagedCallersOnly(EntryPoint = "arena_rank")]
    public static void Rank()
    {
        var first = minds.Select(pair => (pair.Key, pair.Value.Travelled))
            .OrderByDescending(row => row.Travelled).ThenBy(row => row.Key).Take(3);

        Host.Log("fastest: " + string.Join(", ", first.Select(row => $"{row.Key} ({row.Travelled:F1})")));
    }
}
