namespace Tidemark.PostgreSql.Connections;

/// <summary>The server has committed and calls it done, but its wait for the standby was cancelled: should the primary be lost now, the commit may be.</summary>
internal sealed class Unreplicated() : Exception("the wait for the synchronous standby was cancelled after the commit: it is on the primary, and may not be on the standby")
{
    /// <summary>Where in the server the warning comes from: its words depend on a language, and its code is that of any warning.</summary>
    public const string Routine = "SyncRepWaitForLSN";
}
