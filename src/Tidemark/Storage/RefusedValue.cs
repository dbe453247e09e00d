namespace Tidemark.Storage;

/// <summary>
/// What a driver throws at a value that it cannot send: the value's fault, for ever. By its root, for whoever wraps it: a connection that was lost is nobody's fault, whatever it is wrapped in.
/// </summary>
internal static class RefusedValue
{
    public static bool Is(Exception error) => error.GetBaseException() is ArgumentException or InvalidCastException or NotSupportedException or FormatException or OverflowException;
}
