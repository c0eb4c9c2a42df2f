using System.Runtime.InteropServices;

public enum Kind { Square, Circle }

public struct Shape
{
    public Kind Kind;
    public float Size;
}

public static class Shapes
{
    [UnmanagedCallersOnly(EntryPoint = "shapes_area")]
    public static float Area(Shape s) => Areas.Of(s);
}
