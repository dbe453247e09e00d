namespace Tidemark.Cli.Stores;

/// <summary>Keys of a connection that are ours, not the driver's.</summary>
internal static class ServerKeys
{
    /// <summary>The schema that the store lies in.</summary>
    internal const string Schema = "Schema";
}
