namespace Tidemark.Cli.Stores;

/// <summary>Keys of a connection: ours, and what of them may be told.</summary>
internal static class ServerKeys
{
    /// <summary>The schema that the store lies in.</summary>
    internal const string Schema = "Schema";

    static readonly string[] Secret = ["pass", "pwd"];

    /// <summary>Its value is told nowhere.</summary>
    internal static bool IsSecret(string key) => Array.Exists(Secret, word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>In quotes, if it can be a key at all. Else it may be a piece of a password that was cut, and is not told.</summary>
    internal static string Shown(string key) =>
        key.Length is > 0 and <= 40 && key.All(letter => char.IsAsciiLetter(letter) || letter is ' ' or '_') ? $"'{key}'" : "a key that is none";
}
