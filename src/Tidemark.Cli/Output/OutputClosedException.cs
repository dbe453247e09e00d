namespace Tidemark.Cli.Output;

/// <summary>What commands write has no taker any more: the run stops, and the items whose output was not delivered are not done.</summary>
internal sealed class OutputClosedException(string message) : TidemarkException(message);
