using System.Text;

namespace Tidemark.Lifecycle;

/// <summary>An exception as it is stored: types and messages down the chain, then the stack, cut to a bounded length.</summary>
internal static class ErrorText
{
    const int MaxLength = 4_000;

    public static string Of(Exception error)
    {
        var text = new StringBuilder();
        for (var cause = error; cause is not null && text.Length < MaxLength; cause = cause.InnerException)
        {
            if (text.Length > 0) text.Append("\n  caused by ");
            text.Append(cause.GetType().Name).Append(": ").Append(cause.Message);
        }
        if (error.StackTrace is { } stack) text.Append('\n').Append(stack);
        return text.Length <= MaxLength ? text.ToString() : $"{text.ToString(0, MaxLength)}…";
    }
}
