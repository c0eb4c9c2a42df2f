static class Areas
{
    public static float Of(Shape s) => s.Kind == Kind.Square ? s.Size * s.Size : 3.0f * s.Size * s.Size;
}
