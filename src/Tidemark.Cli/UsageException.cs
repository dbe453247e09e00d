namespace Tidemark.Cli;

/// <summary>What was asked on the command line cannot be done as it stands: exit 2, and the message says what to type instead.</summary>
internal sealed class UsageException(string message) : TidemarkException(message);
