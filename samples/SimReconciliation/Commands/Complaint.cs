using System.Data.Common;
using SimReconciliation.Carrier;

namespace SimReconciliation.Commands;

/// <summary>What a person can mend is told in one line, without a stack trace.</summary>
internal static class Complaint
{
    public const int Usage = 2;

    /// <summary>What was typed cannot be meant: each mistake in a line, and where the options are told.</summary>
    public static int Refuse(IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
            Console.Error.WriteLine(mistake);
        Console.Error.WriteLine("Its options: --help");
        return Usage;
    }

    public static async Task<int> OrExitCodeAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception problem) when (problem is CarrierSetupException or DbException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return Usage;
        }
    }
}
