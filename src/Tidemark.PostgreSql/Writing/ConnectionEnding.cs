namespace Tidemark.PostgreSql.Writing;

/// <summary>What became of a connection that was lent to user code.</summary>
internal enum ConnectionEnding
{
    None,

    /// <summary>Somebody has closed it.</summary>
    Closed,

    /// <summary>The driver has given it up: it was lost on the way, or a message had to be left in the middle.</summary>
    Broken,
}
