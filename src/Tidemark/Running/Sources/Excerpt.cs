namespace Tidemark.Running;

/// <summary>Values as they are shown in an error: short enough for a log line, whatever a source gave.</summary>
internal static class Excerpt
{
    const int MaxLength = 100;

    public static string Of<T>(T? value) => value switch
    {
        null => "null",
        string text => $"'{Cut(text)}'",
        _ => Cut(value.ToString() ?? typeof(T).Name),
    };

    static string Cut(string text) => text.Length <= MaxLength ? text : $"{text.AsSpan(0, MaxLength)}… ({text.Length} characters)";
}
