using System.Text;

namespace Tidemark.Lifecycle;

/// <summary>
/// An exception as it is stored: types and messages down the chain, then the stack, cut to a bounded length. Exceptions are user code: their
/// message and stack may throw when read, and that must not cost more than the text.
/// </summary>
internal static class ErrorText
{
    const int MaxLength = 4_000, MaxReason = 1_000;

    public static string Of(Exception error)
    {
        var text = new StringBuilder();
        for (var cause = error; cause is not null && text.Length < MaxLength; cause = cause.InnerException)
        {
            if (text.Length > 0) text.Append("\n  caused by ");
            text.Append(cause.GetType().Name).Append(": ").Append(KeptText.Of(MessageOf(cause), MaxLength));
        }
        if (Read(error, static it => it.StackTrace) is { } stack) text.Append('\n').Append(stack);
        return KeptText.Of(text.ToString(), MaxLength);
    }

    public static string MessageOf(Exception error) => Read(error, static it => it.Message) ?? "";

    /// <summary>A reason as it is stored: a line for people, not a document.</summary>
    public static string? Reason(string? text) => text is null ? null : KeptText.Of(text, MaxReason);

    /// <summary>For loggers, which read all of it: the error, or one that says as much of it as can be read.</summary>
    public static Exception Loggable(Exception error)
    {
        try
        {
            _ = error.ToString();
            return error;
        }
        catch (Exception)
        {
            return new TidemarkException(Of(error));
        }
    }

    static string? Read(Exception error, Func<Exception, string?> property)
    {
        try
        {
            return property(error);
        }
        catch (Exception thrown)
        {
            return $"({thrown.GetType().Name} instead of a text)";
        }
    }
}
