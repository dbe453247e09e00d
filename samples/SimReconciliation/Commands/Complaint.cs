using Microsoft.Data.Sqlite;
using SimReconciliation.Carrier;

namespace SimReconciliation.Commands;

/// <summary>What a person can mend is told in one line, without a stack trace.</summary>
internal static class Complaint
{
    public const int Usage = 2;

    public static async Task<int> OrExitCodeAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception problem) when (problem is CarrierSetupException or SqliteException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return Usage;
        }
    }
}
