using System.Data.Common;
using System.Text.RegularExpressions;

namespace Tidemark.Running;

/// <summary>
/// Commands that would begin or end a transaction. In a batch that travels with its checkpoint they would part the effects from the cursor, or leave the store's
/// connection in a transaction that takes others' accepted writes with it.
/// </summary>
internal static partial class TransactionWords
{
    /// <exception cref="JobFaultException">There is one.</exception>
    public static void Refuse(DbBatch batch)
    {
        foreach (DbBatchCommand command in batch.BatchCommands)
        {
            if (First().Match(command.CommandText) is { Success: true } found)
                throw new JobFaultException($"The effects of a stream contain the command '{found.Groups["word"].Value.ToUpperInvariant()}'. They are written in the checkpoint's own transaction, which the store begins and ends: leave it out.");
        }
    }

    // After blanks and comments; PREPARE by itself is a statement like any other.
    [GeneratedRegex(@"^(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|;)*(?<word>BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION|SAVEPOINT|RELEASE)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex First();
}
