using System.CommandLine;

namespace Tidemark.Cli.Commands;

/// <summary>Options that every command understands.</summary>
internal static class GlobalOptions
{
    internal const string StoreVariable = "TIDEMARK_STORE";
    internal const string DefaultStore = "./tidemark.db";

    internal static Option<string?> Store { get; } = new("--store")
    {
        Description = $"The database: a SQLite file or a connection string (default: {StoreVariable}, else {DefaultStore})",
        HelpName = "PATH|CONNECTION",
        Recursive = true,
    };

    internal static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON object a line",
        Recursive = true,
    };

    /// <summary>What was said, else the environment, else the file in the current directory.</summary>
    internal static string StoreOf(ParseResult parsed, Func<string, string?> environment) =>
        parsed.GetValue(Store) is { Length: > 0 } said ? said : environment(StoreVariable) is { Length: > 0 } set ? set : DefaultStore;
}
