using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tidemark;

/// <summary>One rule for every name that is stored: names are data, never identifiers of a query.</summary>
internal static class Names
{
    public const int MaxLength = 100;

    static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/");

    public static string Validate(string? name, string what, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        if (Fault(name, what) is { } fault) throw new ArgumentException(fault, parameter);
        return name!;
    }

    /// <summary>As <see cref="Validate"/>, for a part of an idempotency key.</summary>
    public static string ValidatePart(string? name, string what, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        if (FaultOfPart(name, what) is { } fault) throw new ArgumentException(fault, parameter);
        return name!;
    }

    /// <summary>The parts of a key are joined by '/': within one, step "a/b" and item "b" of stream "a" would share theirs.</summary>
    public static string? FaultOfPart(string? name, string what) =>
        Fault(name, what) ?? (name!.IndexOf('/') is var at and >= 0 ? $"The {what} '{name}' has a '/' at position {at}, which joins the parts of idempotency keys. Use another character, '.' or ':' say." : null);

    public static string? Fault(string? name, string what)
    {
        if (string.IsNullOrEmpty(name)) return $"The {what} is empty. Give it 1 to {MaxLength} characters.";
        if (name.Length > MaxLength) return $"The {what} '{name[..20]}…' has {name.Length} characters. Use at most {MaxLength}.";
        var at = name.AsSpan().IndexOfAnyExcept(Allowed);
        return at < 0 ? null : $"The {what} '{name}' has the character '{name[at]}' at position {at}. Use letters, digits and . _ - : / only.";
    }
}
